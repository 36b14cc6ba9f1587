-- options: prefer-lookup-over-enum=warn
CREATE TYPE mood AS ENUM ('sad', 'ok');
