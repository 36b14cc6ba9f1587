-- options: revoke=warn
GRANT SELECT ON orders TO reporting;
-- godwit:allow(revoke) not used since release 41
REVOKE SELECT ON orders FROM old_reporting;
