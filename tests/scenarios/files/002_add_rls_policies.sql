-- Migration 002: Row level security of documents
-- Created: 2024-11-02
-- Dependencies: 001
ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_documents ON documents USING (user_id > 0);
-- godwit:down
DROP POLICY own_documents ON documents;
ALTER TABLE documents DISABLE ROW LEVEL SECURITY;
