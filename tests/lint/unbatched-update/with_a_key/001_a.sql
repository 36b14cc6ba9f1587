CREATE TABLE a (tenant int NOT NULL, "No" int NOT NULL, plan text, PRIMARY KEY (tenant, "No"));
