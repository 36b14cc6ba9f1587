COPY countries (code) FROM STDIN;
COPY countries TO STDOUT;
