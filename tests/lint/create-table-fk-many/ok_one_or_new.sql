CREATE TABLE shops (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users, seller bigint REFERENCES users, shop_id bigint REFERENCES shops, of bigint REFERENCES orders);
