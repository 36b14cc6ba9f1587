-- Holds after migration 014; each query must give true.

SELECT count(*) = 4
FROM unnest(ARRAY['kg_entities', 'kg_relation_types', 'kg_relations', 'kg_mentions']) AS name
WHERE to_regclass(name) IS NOT NULL;

-- A walk against the arrows must not scan the whole graph.
SELECT indisvalid FROM pg_index WHERE indexrelid = 'kg_relations_target_id_relation_type_idx'::regclass;
