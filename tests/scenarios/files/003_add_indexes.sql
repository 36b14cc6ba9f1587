-- Migration 003: Find documents by their titles
-- Created: 2024-11-03
-- Dependencies: 001
CREATE INDEX CONCURRENTLY documents_title_idx ON documents (title);
-- godwit:down
DROP INDEX CONCURRENTLY documents_title_idx;
