-- options: create-table-as=warn
SELECT day, sum(amount) AS amount INTO totals FROM orders GROUP BY day;
SELECT day INTO TEMP days FROM orders;
DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM orders; END $$;
