-- options: enum-value-order=warn
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'fine' BEFORE 'ok';
