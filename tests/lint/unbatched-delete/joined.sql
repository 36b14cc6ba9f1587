DELETE FROM sessions USING users;
DELETE FROM sessions USING users WHERE users.id = sessions.user_id;
