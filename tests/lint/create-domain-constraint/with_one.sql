-- options: create-domain-constraint=warn
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE DOMAIN given AS text NOT NULL;
