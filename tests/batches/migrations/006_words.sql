-- Migration 006: Text, and names in quotes
-- Dependencies: 1
-- godwit:batch key="The word" size=2
UPDATE public."Odd words" SET n = n + 1;
