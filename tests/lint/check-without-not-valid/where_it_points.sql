ALTER TABLE "Ü" ADD CONSTRAINT "ö" CHECK (a <> '🦩'),
	ADD /* ä */ CONSTRAINT c CHECK (b > 0);
