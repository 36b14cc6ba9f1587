-- options: naming-convention=warn
CREATE TABLE user_accounts (id bigint PRIMARY KEY);
