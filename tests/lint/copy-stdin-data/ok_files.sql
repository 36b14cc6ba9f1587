COPY countries FROM '/var/lib/postgresql/countries.csv';
COPY countries TO PROGRAM 'gzip > /tmp/x';
