-- Ü
CREATE TABLE "Täfel" ("ä" text, "Ö" /* 🦩 */ varchar(10), c	varchar(5), PRIMARY KEY ("ä"));
