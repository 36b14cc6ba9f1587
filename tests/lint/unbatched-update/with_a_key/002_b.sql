-- Dependencies: 1
UPDATE a SET plan = 'free';
