-- Phase: expand
-- Dependencies: 1
CREATE TABLE c (id bigint PRIMARY KEY);
