// What does a final peace require, and what could that include?
MATCH (@`final peace`)-[:REQUIRES]->(needed)
OPTIONAL MATCH (needed)-[part:INCLUDES]->(measure)
RETURN needed.name AS needed, measure.name AS measure, part.modality AS modality
ORDER BY measure
