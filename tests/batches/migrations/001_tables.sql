-- Migration 001: Tables to change in batches
-- Dependencies: None
CREATE TABLE items (id bigint PRIMARY KEY, n int NOT NULL DEFAULT 0, state text, divisor int NOT NULL DEFAULT 1);
CREATE TABLE tenant_items (
  tenant bigint NOT NULL, id bigint NOT NULL, n int NOT NULL DEFAULT 0, PRIMARY KEY (tenant, id)
);
CREATE TABLE docs (id uuid PRIMARY KEY, n int NOT NULL DEFAULT 0);
CREATE TABLE "Odd words" ("The word" text PRIMARY KEY, n int NOT NULL DEFAULT 0);
CREATE TABLE moments (at timestamptz PRIMARY KEY, n int NOT NULL DEFAULT 0);
CREATE TABLE gone (item_id bigint PRIMARY KEY);
CREATE TABLE parted (id bigint NOT NULL, region bigint NOT NULL, n int NOT NULL DEFAULT 0, PRIMARY KEY (region, id))
  PARTITION BY LIST (region);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2, 3);
