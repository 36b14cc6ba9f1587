CREATE TABLE parent (a varchar(10), k int) PARTITION BY RANGE (k);
CREATE TABLE part PARTITION OF parent FOR VALUES FROM (1) TO (2);
CREATE TABLE copy (LIKE parent);
CREATE TABLE child (b int) INHERITS (copy);
