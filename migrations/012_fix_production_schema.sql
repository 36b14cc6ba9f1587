-- ================================================
-- Migration 012: Add conversation_id to interactions
-- Created: 2025-11-14
-- Purpose: Tie the interactions of one conversation together, as the channels number them
-- Idempotency: YES
-- Dependencies: 7
-- ================================================

BEGIN;

-- Nullable and without a default: no rewrite, no scan. No index either: a conversation is always read with its
-- client (WHERE client_id = ... AND conversation_id = ...), for which interactions_client_id_occurred_at_idx is
-- enough. An index on this table would have to be built CONCURRENTLY, in a migration of its own.
ALTER TABLE interactions
    ADD COLUMN IF NOT EXISTS conversation_id text;

COMMENT ON COLUMN interactions.conversation_id IS 'The channel''s own id of the conversation; null where there is none';

COMMIT;

-- godwit:verify

SELECT count(*) = 1
FROM pg_attribute
WHERE attrelid = 'interactions'::regclass AND attname = 'conversation_id' AND NOT attisdropped;

-- godwit:down

ALTER TABLE interactions DROP COLUMN IF EXISTS conversation_id;
