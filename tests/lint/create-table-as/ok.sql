-- options: create-table-as=warn
CREATE TABLE totals (day date PRIMARY KEY, amount numeric NOT NULL);
