-- godwit:allow-file(drop-tabel, syntax-error) no such rule
SELECT 1;
