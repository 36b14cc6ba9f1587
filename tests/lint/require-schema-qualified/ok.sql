-- options: require-schema-qualified=warn
CREATE TABLE public.users (id bigint PRIMARY KEY);
