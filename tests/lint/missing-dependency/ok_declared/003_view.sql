-- Dependencies: 2
CREATE VIEW plans AS SELECT id, plan FROM users;
