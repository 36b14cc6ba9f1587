-- options: require-primary-key=off
CREATE TABLE a (b char, c character(3), d bpchar, e "char", f nchar(4), g varchar);
ALTER TABLE a ADD COLUMN h char(26);
