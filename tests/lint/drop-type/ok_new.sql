CREATE TYPE mood AS ENUM ('ok');
DROP TYPE mood;
