ALTER TYPE mood RENAME TO feeling;
ALTER DOMAIN crm.email RENAME TO mail;
