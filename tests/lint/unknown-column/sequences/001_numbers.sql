CREATE SEQUENCE numbers;
SELECT last_value, increment_by FROM numbers;
