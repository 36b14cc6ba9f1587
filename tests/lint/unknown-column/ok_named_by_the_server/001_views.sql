CREATE TABLE notes (id bigint PRIMARY KEY, body xml);
CREATE VIEW documents AS
  SELECT xmlelement(NAME note, id), xmlforest(id), xmlconcat(body, body), xmlpi(NAME php), xmlroot(body, VERSION '1.0'),
         xmlparse(CONTENT 'x'), xmlserialize(CONTENT body AS text), current_catalog, current_schema
  FROM notes;
