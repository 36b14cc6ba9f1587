CREATE TYPE level AS ENUM ('low');
ALTER TYPE level ADD VALUE 'high';
CREATE TABLE levels (level level DEFAULT 'high');
