-- options: require-primary-key=off
CREATE TABLE a (
  b bigint NOT NULL,
  UNIQUE (b),
  CHECK (b > 0),
  EXCLUDE USING gist (b WITH =),
  FOREIGN KEY (b) REFERENCES c (b)
);
ALTER TABLE a ADD PRIMARY KEY (b);
ALTER TABLE a ADD CHECK (b < 9), ADD COLUMN d bigint;
