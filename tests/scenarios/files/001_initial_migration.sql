-- ================================================
-- Migration 001: Users and their documents
-- Created: 2024-11-01
-- Dependencies: None
-- ================================================
CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  role text NOT NULL DEFAULT 'client'
);
CREATE TABLE documents (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  title text NOT NULL
);
CREATE INDEX documents_user_id_idx ON documents (user_id);
-- godwit:down
DROP TABLE documents;
DROP TABLE users;
