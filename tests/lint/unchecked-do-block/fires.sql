DO LANGUAGE plperl $$ spi_exec_query('DROP TABLE users'); $$;
