-- options: robust-statement=off non-transactional-multi-statement=off
-- godwit:batch key=id size=1000
UPDATE a SET share = n / (SELECT sum(n) FROM a);
-- godwit:batch key=id size=1000
DELETE FROM a AS one USING a AS two WHERE one.email = two.email AND one.id > two.id;
