-- options: enum-value-order=warn
ALTER TYPE mood ADD VALUE 'fine';
