-- options: postgres=11
MERGE INTO stock s USING deliveries d ON s.id = d.id WHEN NOT MATCHED THEN INSERT VALUES (d.id);
