SELECT xmlelement, xmlforest, xmlconcat, xmlpi, xmlroot, xmlparse, xmlserialize, d.current_catalog, d.current_schema
FROM documents AS d;
