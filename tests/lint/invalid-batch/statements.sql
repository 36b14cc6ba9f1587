-- options: robust-statement=off non-transactional-multi-statement=off
-- godwit:batch key=id size=1000
CREATE TABLE t (id bigint PRIMARY KEY);
-- godwit:batch key=id size=1000
INSERT INTO users (id) VALUES (1);
-- godwit:batch key=id size=1000
UPDATE users SET id = id + 1 WHERE plan IS NULL;
-- godwit:batch key=(tenant, "Id") size=1000
UPDATE users SET (plan, "Id") = ('a', 2) WHERE plan IS NULL;
-- godwit:batch key=id size=1000
DELETE FROM users WHERE CURRENT OF c;
-- godwit:batch key=id size=1000
WITH moved AS (DELETE FROM old RETURNING id) UPDATE users u SET plan = 'a' FROM moved WHERE moved.id = u.id;
-- godwit:batch key=id size=1000
-- and once more
-- godwit:batch key=id size=2000
UPDATE users SET plan = 'a' WHERE plan IS NULL;
UPDATE users
-- godwit:batch key=id size=1000
SET plan = 'a' WHERE plan IS NULL;
DO $$ BEGIN
  -- godwit:batch key=id size=1000
  UPDATE users SET plan = 'a' WHERE plan IS NULL;
END $$;
-- godwit:batch key=id size=1000

-- godwit:verify
-- godwit:batch key=id size=1000
SELECT true;
