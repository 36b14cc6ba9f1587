DROP VIEW recent_users;
DROP SEQUENCE users_id;
