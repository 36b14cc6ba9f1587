-- options: robust-statement=off non-transactional-multi-statement=off
-- Transaction: none
CREATE OR REPLACE PROCEDURE fill() LANGUAGE plpgsql AS $$
BEGIN
  COMMIT;
END $$;
CALL fill();
