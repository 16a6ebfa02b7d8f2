// On which issues do Kyiv and Washington differ: one is for, the other against or concerned?
MATCH (a)-[x:SUPPORTS|PROPOSES|DEMANDS]->(issue)<-[y:OPPOSES|CONCERNED_ABOUT]-(b)
WHERE a.name IN ['Kyiv', 'Washington'] AND b.name IN ['Kyiv', 'Washington'] AND a <> b
RETURN issue.name AS issue, a.name AS `for`, type(x) AS how, b.name AS `against`, type(y) AS instead
ORDER BY issue
