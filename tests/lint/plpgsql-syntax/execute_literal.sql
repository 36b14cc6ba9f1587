DO $$ BEGIN
  EXECUTE 'SELEC 1';
  EXECUTE 'SELECT ' || quote_ident('x') || ' FROM';
  EXECUTE format('SELEC %I', 'x');
  EXECUTE 'SELECT $1' USING 1;
END $$;
