-- Migration 003: Find documents by their titles and users
-- Created: 2024-11-03
-- Dependencies: 001
CREATE INDEX CONCURRENTLY documents_title_idx ON documents (title, user_id);
-- godwit:down
DROP INDEX CONCURRENTLY documents_title_idx;
