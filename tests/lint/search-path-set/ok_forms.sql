SET LOCAL search_path = app;
SET search_path TO app, public;
RESET search_path;
