-- pgt-ignore-all lint/safety/banDropTable
DROP TABLE a;
DROP TABLE b;
