ALTER TYPE mood ADD VALUE 'cross';
CREATE INDEX CONCURRENTLY users_cross ON users (id) WHERE mood = 'cross'::mood;
