// Who has taken or dropped a position since when: stances with a beginning or an end?
MATCH (who:Actor)-[r:SUPPORTS|OPPOSES|DEMANDS|CONSIDERED]->(what)
WHERE r.since IS NOT NULL OR r.until IS NOT NULL
RETURN who.name AS who, type(r) AS stance, what.name AS what, r.since AS since, r.until AS until
ORDER BY coalesce(r.since, r.until), who, what
