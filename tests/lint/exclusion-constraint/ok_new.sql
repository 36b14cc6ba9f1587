CREATE TABLE bookings (room int, during tsrange);
ALTER TABLE bookings ADD EXCLUDE USING gist (room WITH =, during WITH &&);
