INSERT INTO nobodys VALUES (1);
ALTER ROLE shopkeeper SET search_path = sales, public;
