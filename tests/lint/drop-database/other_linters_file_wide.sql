-- options: transaction=none
-- squawk-ignore-file
DROP DATABASE a;
