-- options: require-constraint-name=off prefer-text=off
CREATE TABLE narrow (code smallint, name text PRIMARY KEY);
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  quantity int,
  valid boolean,
  part_ids int[],
  order_id uuid,
  placed_by bigint REFERENCES orders (id)
);
-- godwit:allow(prefer-bigint) there are three of them
CREATE TABLE few (id int PRIMARY KEY);
CREATE TABLE many (id bigint PRIMARY KEY, few_id int REFERENCES few (id), other int, FOREIGN KEY (other) REFERENCES few);
