-- Migration 002: Notes
-- Dependencies: 1
CREATE TABLE notes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts (id),
  body text NOT NULL,
  written_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION note_count(wanted bigint) RETURNS bigint
LANGUAGE sql STABLE AS 'SELECT count(*) FROM notes WHERE account_id = wanted';

-- godwit:verify
SELECT note_count(0) = 0;

-- godwit:down
DROP FUNCTION note_count(bigint);
DROP TABLE notes;
