ALTER TABLE users RENAME COLUMN mail TO "e
mail";
