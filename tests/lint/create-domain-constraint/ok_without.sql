-- options: create-domain-constraint=warn
CREATE DOMAIN email AS text DEFAULT '';
