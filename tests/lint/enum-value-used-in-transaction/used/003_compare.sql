ALTER TYPE mood ADD VALUE 'glad';
DELETE FROM users WHERE mood IN ('sad', 'glad');
