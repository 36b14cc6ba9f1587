-- options: robust-statement=off non-transactional-multi-statement=off batch-reads-own-table=off
-- godwit:batch key=id size=1000
UPDATE users SET plan = 'free';
-- Godwit:Batch KEY=Id SIZE=1 PAUSE=50ms
/* another comment */
DELETE FROM ONLY crm.users AS u USING gone WHERE (gone.id = u.id) OR u.plan IS NULL RETURNING u.id;
-- godwit:batch key=(tenant_id, "User Id") size=1000000 pause=1min
WITH p AS (SELECT name FROM plans WHERE old)
UPDATE users SET plan = p.name FROM p WHERE(users.plan IS NULL) /* done */;
-- godwit:batch key=a,b size=5
UPDATE t SET x = CASE WHEN EXISTS (SELECT FROM o WHERE o.id = t.id) THEN 1 END, y = (SELECT count(*) FILTER (WHERE true) FROM o)
-- the end
;
