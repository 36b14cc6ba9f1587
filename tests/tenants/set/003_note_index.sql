-- Migration 003: An index on the notes of an account
-- Dependencies: 2
CREATE INDEX CONCURRENTLY notes_account_id_idx ON notes (account_id);

-- godwit:down
DROP INDEX CONCURRENTLY notes_account_id_idx;
