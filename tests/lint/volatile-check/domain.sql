CREATE DOMAIN past AS timestamptz CHECK (VALUE <= now());
CREATE DOMAIN positive AS int DEFAULT 1 CHECK (VALUE > 0);
ALTER DOMAIN positive ADD CONSTRAINT of_today CHECK (VALUE <> extract(day FROM current_date)) NOT VALID;
