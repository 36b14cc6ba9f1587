INSERT INTO branding VALUES ('colour', 'green')
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value;
