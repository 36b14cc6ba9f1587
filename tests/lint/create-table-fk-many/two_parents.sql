CREATE TABLE orders (
  user_id bigint REFERENCES users,
  shop_id bigint,
  FOREIGN KEY (shop_id) REFERENCES shops (id)
);
