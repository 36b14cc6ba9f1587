-- Migration 007: Moments, in a session that writes dates in another way
-- Dependencies: 1
-- Set: DateStyle=SQL, DMY
-- Set: TimeZone=America/St_Johns
-- godwit:batch key=at size=7
UPDATE moments SET n = n + 1;
