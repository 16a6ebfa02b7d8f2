// How are Kirill Dmitriev and Kyiv connected?
MATCH path = shortestPath((@`Kirill Dmitriev`)-[*..5]-(@Kyiv))
RETURN [n IN nodes(path) | n.name] AS names, [r IN relationships(path) | type(r)] AS verbs
