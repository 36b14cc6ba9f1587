-- options: postgres=11
ALTER TABLE crm.users ALTER COLUMN email SET NOT NULL;
