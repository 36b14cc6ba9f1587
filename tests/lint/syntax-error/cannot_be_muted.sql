-- options: warn-only
-- godwit:allow(syntax-error) really
CREATE TABEL users (id int);
