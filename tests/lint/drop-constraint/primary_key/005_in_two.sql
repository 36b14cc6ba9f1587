-- godwit:allow-file(primary-key-without-index) small
ALTER TABLE w DROP CONSTRAINT w_pkey;
ALTER TABLE w ADD PRIMARY KEY (id, b);
