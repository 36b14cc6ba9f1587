ALTER TYPE mood ADD VALUE 'calm';
INSERT INTO users VALUES (1, 'calm');
