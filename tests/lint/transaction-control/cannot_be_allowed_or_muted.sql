-- options: warn-only
-- godwit:allow(transaction-control) really
COMMIT;
INSERT INTO b VALUES (1);
