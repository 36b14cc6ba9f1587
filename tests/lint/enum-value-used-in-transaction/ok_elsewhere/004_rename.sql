ALTER TYPE mood RENAME VALUE 'glad' TO 'merry';
UPDATE users SET mood = 'merry' WHERE id = 3;
