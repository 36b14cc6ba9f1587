ALTER TYPE mood ADD VALUE 'calm';
CREATE FUNCTION calm() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE users SET mood = 'calm' WHERE id = 4; END $$;
