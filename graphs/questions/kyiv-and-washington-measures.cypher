// Which measures of Washington's proposals does Kyiv oppose, or worry about?
MATCH (@Washington)-[:PROPOSES]->(proposal)-[:INCLUDES]->(measure)
MATCH (@Kyiv)-[stance:OPPOSES|CONCERNED_ABOUT]->(issue)
WHERE measure = issue OR (measure)-[:IS_A]->(issue)
RETURN proposal.name AS proposal, measure.name AS measure, type(stance) AS stance, issue.name AS issue
ORDER BY proposal, measure, issue
