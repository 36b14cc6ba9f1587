ALTER TABLE notes DROP CONSTRAINT notes_u_fkey;
