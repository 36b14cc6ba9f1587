-- Migration 009: merge branches
-- Dependencies: 007, 008
COMMENT ON TABLE user_preferences IS 'What a user chose; audited by tenant';
-- godwit:down
COMMENT ON TABLE user_preferences IS NULL;
