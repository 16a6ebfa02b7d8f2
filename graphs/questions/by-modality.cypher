// How many statements are there of each modality, and how sure are they?
MATCH ()-[r]->()
WHERE r.modality IS NOT NULL
RETURN r.modality AS modality, count(*) AS statements, avg(r.confidence) AS confidence
ORDER BY statements DESC, modality
