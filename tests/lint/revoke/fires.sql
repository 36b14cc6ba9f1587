-- options: revoke=warn
REVOKE SELECT ON orders FROM reporting;
