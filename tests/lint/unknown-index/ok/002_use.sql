CREATE INDEX ON users (plan);
DROP INDEX users_plan_idx;
DROP INDEX IF EXISTS users_plan_idx;
CREATE INDEX ON users (lower(email), plan);
DROP INDEX public.users_lower_plan_idx;
