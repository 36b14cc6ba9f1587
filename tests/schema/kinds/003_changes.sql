-- Description: Changes of what was there
ALTER TABLE orders RENAME TO sales;
ALTER TABLE sales ALTER COLUMN note SET NOT NULL, ADD COLUMN paid boolean NOT NULL DEFAULT false;
ALTER TYPE crm.mood ADD VALUE IF NOT EXISTS 'glad';
DROP INDEX crm.clients_mood_idx;
-- godwit:down
CREATE INDEX clients_mood_idx ON crm."Clients" USING gin (mood);
ALTER TABLE sales DROP COLUMN paid, ALTER COLUMN note DROP NOT NULL;
ALTER TABLE sales RENAME TO orders;
