CREATE SEQUENCE numbers;
SELECT setval('numbers', (SELECT last_value FROM ticket_numbers), (SELECT t.is_called FROM ticket_numbers AS t));
CREATE VIEW sequence_state AS SELECT s.*, tickets_id_seq.log_cnt AS of_identity FROM ticket_numbers AS s, tickets_id_seq;
COMMENT ON COLUMN sequence_state.last_value IS 'the highest number so far';
DO $$ BEGIN
  PERFORM setval('numbers', (SELECT last_value + 1 FROM public.ticket_numbers));
END $$;
