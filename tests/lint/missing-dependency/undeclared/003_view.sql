-- Dependencies: 1
CREATE VIEW plans AS SELECT id, plan FROM users;
