-- Migration 010: A partitioned table
-- Dependencies: 1
-- godwit:batch key=(region, id) size=50
UPDATE parted SET n = n + 1;
