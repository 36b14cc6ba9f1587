-- Ü
-- Migratoin 7: ä
-- Idempotnecy: YES
SELECT 1;
