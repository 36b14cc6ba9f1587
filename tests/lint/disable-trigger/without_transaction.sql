-- Transaction: none
ALTER TABLE users DISABLE TRIGGER ALL;
