-- Migration 007: Language of a user (branch feature_user_preferences)
-- Dependencies: 005
ALTER TABLE user_preferences ADD COLUMN language text;
-- godwit:down
ALTER TABLE user_preferences DROP COLUMN language;
