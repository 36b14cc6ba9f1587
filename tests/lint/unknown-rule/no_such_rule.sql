-- godwit:allow(drop-tabel) not used
DROP TABLE users;
-- godwit:allow everything
SELECT 1;
-- godwit:allow(syntax-error) cannot be
SELECT 1;
