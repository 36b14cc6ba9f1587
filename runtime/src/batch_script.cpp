// SPDX-License-Identifier: Apache-2.0
//
// A step that is run in batches, for psql: a DO block that commits after each batch. It keeps the
// cursor in the history as a run of ours does, so that `up` goes on where a script was cut off.
#include "batch_sql.hpp"
#include "run.hpp"

namespace godwit::detail {
namespace {

// A list of columns as one text[].
std::string keys_as_array(const Batch& batch) {
  std::string list;
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    list += compose("{}CAST(b.k{} AS pg_catalog.text)", i == 0 ? "" : ", ", i);
  }
  return "CAST(ARRAY[" + list + "] AS pg_catalog.text[])";
}

// What PL/pgSQL puts together to the values of a key that is in the variable `name`.
std::string values_of(const Batch& batch, std::string_view name) {
  std::string list;
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    list += compose("{}pg_catalog.quote_literal({}[{}])",
                    i == 0 ? "" : " OPERATOR(pg_catalog.||) ', ' OPERATOR(pg_catalog.||) ", name,
                    i + 1);
  }
  return batch.columns.size() == 1
             ? list
             : "'ROW(' OPERATOR(pg_catalog.||) " + list + " OPERATOR(pg_catalog.||) ')'";
}

}  // namespace

std::string Run::batch_script(const Migration& migration, std::size_t number) const {
  const Step& step = migration.up.steps[number];
  const Batch& batch = step.batch;
  const Statement& source = migration.up.statements[step.first_statement];
  const std::string_view text = migration.up.sql.substr(source.offset, source.length);
  const auto literal = [&](std::string_view sql) { return connection_->literal(sql); };
  const KeyQuery keys = key_query(batch, keys_as_array(batch));
  const std::string_view whole_head = text.substr(0, batch.open);
  const std::string head = compose("{}{}{}{}", whole_head, batch.open != 0 ? "(" : "",
                                   text.substr(batch.open, batch.close - batch.open),
                                   batch.open != 0 ? ") AND " : " WHERE ");
  const std::string compared = key_operand(batch, batch.qualifier);
  const std::string looked_at = key_operand(batch, "godwit_keys");
  std::string tag = "$godwit$";
  for (int i = 1; text.find(tag) != std::string_view::npos; ++i) {
    tag = compose("$godwit{}$", i);
  }
  const std::string where = history_.row_condition(*connection_, identity_, migration);
  return compose(
             R"(DO {9}
DECLARE
  godwit_behind pg_catalog.text[];
  godwit_last pg_catalog.text[];
  godwit_found bigint;
  godwit_rows bigint := 0;
  godwit_style pg_catalog.text := pg_catalog.current_setting('DateStyle');
BEGIN
  LOOP
    PERFORM pg_catalog.set_config('DateStyle', 'ISO, YMD', true);
    EXECUTE {0} OPERATOR(pg_catalog.||) CASE WHEN godwit_behind IS NULL THEN '' ELSE
      {1} OPERATOR(pg_catalog.||) {2} END OPERATOR(pg_catalog.||) {3}
      INTO godwit_last, godwit_found;
    EXIT WHEN godwit_found IS NULL;
    PERFORM pg_catalog.set_config('DateStyle', godwit_style, true);
    EXECUTE {4} OPERATOR(pg_catalog.||) CASE WHEN godwit_behind IS NULL THEN '' ELSE
      {5} OPERATOR(pg_catalog.||) {2} OPERATOR(pg_catalog.||) ' AND ' END
      OPERATOR(pg_catalog.||) {6} OPERATOR(pg_catalog.||) {7} OPERATOR(pg_catalog.||) {8};
)",
             literal(keys.head), literal(compose(" WHERE {} OPERATOR(pg_catalog.>) ", looked_at)),
             values_of(batch, "godwit_behind"), literal(keys.tail), literal(head),
             literal(compose("{} OPERATOR(pg_catalog.>) ", compared)),
             literal(compose("{} OPERATOR(pg_catalog.<=) ", compared)),
             values_of(batch, "godwit_last"), literal(text.substr(batch.close)), tag) +
         compose(
             R"(    godwit_rows := godwit_rows OPERATOR(pg_catalog.+) godwit_found;
    UPDATE {0} SET cursor_value = CAST(CAST(ARRAY['{1}', CAST(godwit_rows AS pg_catalog.text), '0',
      {2}] AS pg_catalog.text[]) OPERATOR(pg_catalog.||) godwit_last AS pg_catalog.text) WHERE {3};
    COMMIT;
    EXIT WHEN godwit_found OPERATOR(pg_catalog.<) {4};
    godwit_behind := godwit_last;
    PERFORM pg_catalog.pg_sleep({5} OPERATOR(pg_catalog./) 1000.0);
  END LOOP;
END
{7};
UPDATE {0} SET cursor_value = NULL, step = {6} WHERE {3};
)",
             history_.quoted(*connection_), number, literal(batch.key), where, batch.size,
             batch.pause_ms, number + 1, tag);
}

}  // namespace godwit::detail
