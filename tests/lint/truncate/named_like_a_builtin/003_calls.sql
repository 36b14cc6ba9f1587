SELECT version('x');
