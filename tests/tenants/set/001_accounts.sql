-- Migration 001: Accounts
-- Purpose: What every tenant has
CREATE TYPE plan AS ENUM ('free', 'paid');

CREATE TABLE accounts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  plan plan NOT NULL DEFAULT 'free',
  -- godwit:allow(fk-without-index) no country is ever deleted
  country text NOT NULL REFERENCES countries (code)
);

-- godwit:down
DROP TABLE accounts;
DROP TYPE plan;
