-- options: fixed-schema=warn
CREATE TABLE app.notes (id bigint PRIMARY KEY);
