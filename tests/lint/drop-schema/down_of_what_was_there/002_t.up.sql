CREATE TABLE crm.t (id int);
