CREATE TABLE orders (id int);

-- godwit:down
DROP TABLE orders;
