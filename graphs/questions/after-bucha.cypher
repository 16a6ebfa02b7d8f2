// What happened because of Bucha, directly or through other events?
MATCH path = (@`Bucha massacre`)-[:CAUSED*1..4]->(effect)
RETURN effect.name AS effect, length(path) AS steps, [r IN relationships(path) | r.role] AS roles
ORDER BY steps, effect
