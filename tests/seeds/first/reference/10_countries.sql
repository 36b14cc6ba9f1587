--
-- PostgreSQL database dump
--

\restrict qb1KAvRZ2eUJs3mBM5XxTAVvL0dFmE1NPNkFQ0Ahe0aPpJwTT6vVYNpdF8yOJCr

-- Dumped from database version 17.6
-- Dumped by pg_dump version 17.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

DELETE FROM public.countries;

--
-- Data for Name: countries; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.countries (code, name) FROM stdin;
at	Österreich's "Land" $$ /* ${x} :y
de	a\tb\\c
ch	;
\.


--
-- PostgreSQL database dump complete
--

\unrestrict qb1KAvRZ2eUJs3mBM5XxTAVvL0dFmE1NPNkFQ0Ahe0aPpJwTT6vVYNpdF8yOJCr
