ALTER TABLE users ADD CONSTRAINT a_positive CHECK (a > 0 AND b IS NOT NULL) NOT VALID, ADD COLUMN a int, ADD COLUMN b int DEFAULT 1;
ALTER TABLE users DROP COLUMN IF EXISTS nickname;
CREATE VIEW names AS SELECT id, upper(email) AS shout, ctid FROM users u ORDER BY shout;
CREATE VIEW rows AS SELECT users, to_jsonb(u) FROM users, users u;
CREATE VIEW series AS SELECT n, g.day FROM generate_series(1, 3) AS n, generate_series(now(), now(), '1 day') AS g (day);
UPDATE users u SET plan = s.plan FROM (SELECT id, plan FROM users) AS s WHERE s.id = u.id;
INSERT INTO users (id, email) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET email = excluded.email RETURNING plan;
DO $$ DECLARE wanted text := 'free'; BEGIN
  UPDATE users SET plan = wanted WHERE id = 1;
END $$;
CREATE TABLE copies (LIKE users);
CREATE INDEX copies_plan ON copies (plan);
SELECT (SELECT email FROM copies c WHERE c.id = users.id AND plan = 'x') FROM users GROUP BY 1, users.id HAVING count(*) > 1;
