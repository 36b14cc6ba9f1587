CREATE TABLE a (id bigint PRIMARY KEY, b date DEFAULT current_date CHECK (b > '2000-01-01'), c text CHECK (app.now(c) AND length(c) > 3));
