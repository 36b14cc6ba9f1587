COPY public.countries (code, name) FROM stdin;
at	Austria's
de	Germany /* --
1	\N
\.

SELECT pg_catalog.setval('countries_id_seq', 3, true);
COPY "from" FROM STDIN;
\.
