ALTER	TABLE "Bücher" /* 🦩 */ ADD	COLUMN a text, /* ä */ DROP COLUMN "Größe",
	-- üb
	DROP	COLUMN	b;
