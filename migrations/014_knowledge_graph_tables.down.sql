-- Undoes migration 014. The graph is computed from the sources, so nothing is lost that cannot be computed again.

DROP TABLE kg_mentions;
DROP TABLE kg_relations;
DROP TABLE kg_relation_types;
DROP TABLE kg_entities;
DROP TYPE kg_evidence;
