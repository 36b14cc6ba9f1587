-- Migration 004: Add user preferences table
-- Created: 2024-11-08
-- Dependencies: 001
-- Tag: v1.4
CREATE TABLE user_preferences (
  user_id bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  theme text NOT NULL DEFAULT 'light',
  notifications_enabled boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- godwit:down
DROP TABLE user_preferences;
-- godwit:verify
SELECT to_regclass('user_preferences') IS NOT NULL;
