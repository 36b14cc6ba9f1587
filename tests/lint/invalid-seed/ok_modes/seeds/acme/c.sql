-- Phase: expand
-- Dependencies: 1, reference/9_a
INSERT INTO countries VALUES ('ch', 'Switzerland') ON CONFLICT DO NOTHING;
