DELETE FROM public.countries;
COPY public.countries (code, name) FROM stdin;
at	Austria's
\.
