-- Transaction: none
ALTER TYPE mood ADD VALUE 'happy';
