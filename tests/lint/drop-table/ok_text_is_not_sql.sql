INSERT INTO notes VALUES ('DROP TABLE users;');
-- DROP TABLE users;
/* DROP TABLE users; */
COMMENT ON TABLE notes IS $$DROP TABLE users;$$;
