-- godwit:allow-file(alter-column-type, add-column-serial, combine-alter-table) beside the point
ALTER TABLE parcels ALTER COLUMN id TYPE bigserial;
ALTER TABLE parcels ALTER COLUMN number SET DATA TYPE Serial4 USING number + 1;
ALTER TABLE parcels ADD COLUMN line bigserial;
