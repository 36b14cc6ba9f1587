-- options: robust-statement=off non-transactional-multi-statement=off
-- godwit:batch key=id size=1000
UPDATE a SET share = n / (SELECT n FROM totals);
UPDATE a SET share = n / (SELECT sum(n) FROM a) WHERE share IS NULL;
-- godwit:batch key=id size=1000
-- godwit:allow(batch-reads-own-table) the smallest id of each email is never deleted
DELETE FROM a AS one USING a AS two WHERE one.email = two.email AND one.id > two.id;
