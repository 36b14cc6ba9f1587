CREATE TABLE bookings (id bigint PRIMARY KEY, booked_at timestamptz, day date CHECK (day > booked_at));
