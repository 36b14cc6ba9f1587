CREATE TABLE bookings (id bigint PRIMARY KEY, day date CHECK (day > current_date));
