-- ================================================
-- Migration 016: Add summary to parent_documents
-- Created: 2025-12-05
-- Purpose: Keep a short summary of each document, and which model wrote it when
-- Idempotency: YES
-- Dependencies: 13
-- ================================================

BEGIN;

-- Null until the summariser has come by: it works through the table in small steps, outside of any migration.
ALTER TABLE parent_documents
    ADD COLUMN IF NOT EXISTS summary text,
    ADD COLUMN IF NOT EXISTS summary_model text,
    ADD COLUMN IF NOT EXISTS summarised_at timestamptz;

COMMENT ON COLUMN parent_documents.summary IS 'A few sentences, for search results';

COMMIT;

-- godwit:verify

SELECT count(*) = 3
FROM pg_attribute
WHERE attrelid = 'parent_documents'::regclass
  AND attname IN ('summary', 'summary_model', 'summarised_at')
  AND NOT attisdropped;

-- godwit:down

ALTER TABLE parent_documents
    DROP COLUMN IF EXISTS summary,
    DROP COLUMN IF EXISTS summary_model,
    DROP COLUMN IF EXISTS summarised_at;
