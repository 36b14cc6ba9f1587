-- options: require-primary-key=off
CREATE TABLE a (b timestamp with time zone, c timestamptz(3), d app.timestamp);
