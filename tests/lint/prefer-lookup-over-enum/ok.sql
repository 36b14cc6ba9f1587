-- options: prefer-lookup-over-enum=warn
CREATE TABLE moods (name text PRIMARY KEY);
