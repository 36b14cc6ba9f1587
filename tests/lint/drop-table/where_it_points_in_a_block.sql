DO $body$
BEGIN
	/* 🦩 */ DROP TABLE "Ä";
	EXECUTE 'DROP /* ü */ TABLE b';
END $body$;
