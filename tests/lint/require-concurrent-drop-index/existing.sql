DROP INDEX orders_at, crm.orders_by;
DROP INDEX IF EXISTS "Old Index" CASCADE;
