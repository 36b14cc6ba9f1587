CREATE TYPE mood AS ENUM ('ok');
ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';
ALTER TYPE other ADD VALUE 'x';
