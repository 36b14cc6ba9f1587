-- options: naming-convention=warn
CREATE TABLE "userAccounts" (id bigint PRIMARY KEY);
