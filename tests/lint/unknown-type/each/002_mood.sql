CREATE TABLE users (id bigint PRIMARY KEY, feeling mod, tags labels[]);
ALTER TYPE moods ADD VALUE 'x';
SELECT 'sad'::moood;
DROP TYPE mood;
