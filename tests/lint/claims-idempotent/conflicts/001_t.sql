CREATE TABLE numbered (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE TABLE made_up (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE plain (name text);
CREATE TABLE counted (id bigserial PRIMARY KEY, name text);
CREATE TABLE pairs (id bigint PRIMARY KEY, code text UNIQUE);
