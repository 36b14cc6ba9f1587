UPDATE users SET plan = p.plan FROM plans p;
WITH p AS (SELECT 'free' AS plan) UPDATE users SET plan = p.plan FROM p;
UPDATE users SET plan = p.plan FROM plans p WHERE p.id = users.plan_id;
