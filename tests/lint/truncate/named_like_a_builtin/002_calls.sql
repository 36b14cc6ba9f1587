SELECT count(5);
