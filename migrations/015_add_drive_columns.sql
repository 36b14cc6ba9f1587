-- ================================================
-- Migration 015: Add Drive columns to parent_documents
-- Created: 2025-12-02
-- Purpose: Remember which file on the shared drive a document came from, and when it was last fetched
-- Idempotency: YES
-- Dependencies: 13
-- ================================================

BEGIN;

ALTER TABLE parent_documents
    ADD COLUMN IF NOT EXISTS drive_url text,
    ADD COLUMN IF NOT EXISTS drive_mime_type text,
    ADD COLUMN IF NOT EXISTS drive_modified_at timestamptz,
    ADD COLUMN IF NOT EXISTS drive_synced_at timestamptz;

COMMENT ON COLUMN parent_documents.drive_url IS 'Where people open the file; null for what did not come from the drive';
COMMENT ON COLUMN parent_documents.drive_modified_at IS 'As the drive says: newer there than here means fetch it again';

-- The way from a file's id to its document is a new table, whose keys cost nobody anything. A unique index on
-- parent_documents would have to be built CONCURRENTLY, in a migration of its own.
CREATE TABLE IF NOT EXISTS drive_files (
    drive_file_id      text NOT NULL,
    parent_document_id bigint NOT NULL,
    drive_folder_id    text,
    CONSTRAINT drive_files_pkey PRIMARY KEY (drive_file_id),
    CONSTRAINT drive_files_parent_document_id_fkey
        FOREIGN KEY (parent_document_id) REFERENCES parent_documents (id) ON DELETE CASCADE,
    CONSTRAINT drive_files_parent_document_id_key UNIQUE (parent_document_id)
);

CREATE INDEX IF NOT EXISTS drive_files_drive_folder_id_idx ON drive_files (drive_folder_id);

COMMENT ON TABLE drive_files IS 'Which document a file of the shared drive became; one file, one document';

COMMIT;

-- godwit:verify

SELECT count(*) = 4
FROM pg_attribute
WHERE attrelid = 'parent_documents'::regclass AND attname LIKE 'drive\_%' AND NOT attisdropped;

SELECT to_regclass('drive_files') IS NOT NULL;

-- godwit:down

DROP TABLE IF EXISTS drive_files;

ALTER TABLE parent_documents
    DROP COLUMN IF EXISTS drive_url,
    DROP COLUMN IF EXISTS drive_mime_type,
    DROP COLUMN IF EXISTS drive_modified_at,
    DROP COLUMN IF EXISTS drive_synced_at;
