--
-- PostgreSQL database dump
--

\restrict a1B2c3

SET statement_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);

COPY public.countries (code, name) FROM stdin;
at	Austria's "${name}"
de	Germany /* -- $$
\.

COPY public.users FROM stdin;
1	a@example.com	\N
\.

COPY public.users (email) FROM stdin;
\.

SELECT pg_catalog.setval('public.numbers', 3, true);

\unrestrict a1B2c3
