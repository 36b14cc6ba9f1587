-- Überblick

SELECT 'äöü';	DROP TABLE	users,
	"Bücher";
