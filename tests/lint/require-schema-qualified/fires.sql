-- options: require-schema-qualified=warn
CREATE TABLE users (id bigint PRIMARY KEY);
