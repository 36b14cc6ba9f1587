-- Dependencies: 4
CREATE TABLE after (id int);
