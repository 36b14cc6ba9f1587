SELECT '${name}', $$ ${name} $$ AS "${name}";
SELECT ${name};
