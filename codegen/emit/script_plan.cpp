// SPDX-License-Identifier: Apache-2.0
#include "emit/script_plan.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "emit/leftovers.hpp"

namespace godwit::codegen::emit {
namespace {

/// No statement has this index.
constexpr std::uint32_t kTaken = ~0U;

std::string quote_identifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    quoted += c;
    if (c == '"')
      quoted += '"';
  }
  return quoted + "\"";
}

std::string qualified(const PgQuery__RangeVar& relation) {
  const std::string name = quote_identifier(relation.relname);
  return relation.schemaname != nullptr && *relation.schemaname != '\0'
             ? quote_identifier(relation.schemaname) + "." + name
             : name;
}

/// The name in DROP INDEX's list of name parts.
std::string qualified(const sql::Node* object) {
  const auto* parts = sql::as<PgQuery__List>(object);
  std::string name;
  if (parts == nullptr)
    return name;
  for (const sql::Node* part : sql::list(parts->items, parts->n_items))
    name += (name.empty() ? "" : ".") + quote_identifier(sql::string_value(part));
  return name;
}

/// What the server calls a column of an index without a name.
std::string column_name(const PgQuery__IndexElem& column) {
  if (column.name != nullptr && *column.name != '\0')
    return column.name;
  const auto* call = sql::as<PgQuery__FuncCall>(column.expr);
  return call == nullptr || call->n_funcname == 0
             ? "expr"
             : std::string(sql::string_value(call->funcname[call->n_funcname - 1]));
}

/// What the server calls an index without a name: the table and the columns, and a number where
/// that is taken (ChooseIndexName in
/// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/commands/indexcmds.c). Empty
/// where it would be cut to fit, or may be made up otherwise.
std::string default_name(const PgQuery__IndexStmt& create) {
  constexpr std::size_t kLongest = 63;
  std::string name = create.relation->relname;
  std::vector<std::string> columns;
  for (const auto& [list, count] :
       {std::pair{create.index_params, create.n_index_params},
        {create.index_including_params, create.n_index_including_params}}) {
    for (const sql::Node* node : sql::list(list, count)) {
      const auto* column = sql::as<PgQuery__IndexElem>(node);
      if (column == nullptr)
        return {};
      const std::string base = column_name(*column);
      std::string unique = base;
      for (int i = 1; std::find(columns.begin(), columns.end(), unique) != columns.end(); ++i)
        unique = base + std::to_string(i);
      columns.push_back(unique);
      name += "_" + unique;
    }
  }
  name += "_idx";
  return name.size() > kLongest ? std::string{} : name;
}

/// Fills in how the effect of a statement outside a transaction can be seen afterwards.
void find_probe(const sql::Node* node, StepPlan& step) {
  if (const auto* create = sql::as<PgQuery__IndexStmt>(node)) {
    const bool is_named = create->idxname != nullptr && *create->idxname != '\0';
    step.index = !create->concurrent ? "" : is_named ? create->idxname : default_name(*create);
    if (!step.index.empty()) {
      step.probe = is_named ? Probe::kIndexBuilt : Probe::kUnnamedIndexBuilt;
      step.relation = qualified(*create->relation);
    }
  } else if (const auto* reindex = sql::as<PgQuery__ReindexStmt>(node)) {
    if (reindex->kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_INDEX &&
        !sql::cannot_run_in_transaction(*node).empty()) {
      step.probe = Probe::kIndexBuilt;
      step.relation = qualified(*reindex->relation);
    }
  } else if (const auto* drop = sql::as<PgQuery__DropStmt>(node)) {
    if (drop->concurrent && drop->n_objects == 1) {
      step.probe = Probe::kIndexDropped;
      step.relation = qualified(drop->objects[0]);
    }
  }
}

enum class Control : std::uint8_t { kNone, kBegin, kEnd };

Control control_of(const sql::Node* node) {
  const auto* statement = sql::as<PgQuery__TransactionStmt>(node);
  if (statement == nullptr)
    return Control::kNone;
  switch (statement->kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
      return Control::kBegin;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
      return Control::kEnd;
    default:
      return Control::kNone;
  }
}

/// Can stand in a transaction together with the record that it has ended, so that nobody has to
/// find out after a crash. Not what may refuse a transaction for reasons that are not in its text,
/// and not what is there for the session.
bool is_atomic(const sql::Node* node) {
  if (node == nullptr || !sql::cannot_run_in_transaction(*node).empty())
    return false;
  switch (node->node_case) {
    case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
    case PG_QUERY__NODE__NODE_CALL_STMT:
    case PG_QUERY__NODE__NODE_DO_STMT:
    case PG_QUERY__NODE__NODE_EXECUTE_STMT:
    case PG_QUERY__NODE__NODE_PREPARE_STMT:
    case PG_QUERY__NODE__NODE_DEALLOCATE_STMT:
    case PG_QUERY__NODE__NODE_DISCARD_STMT:
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
    case PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT:
    case PG_QUERY__NODE__NODE_LISTEN_STMT:
    case PG_QUERY__NODE__NODE_LOAD_STMT:
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
    case PG_QUERY__NODE__NODE_CLUSTER_STMT:
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
    case PG_QUERY__NODE__NODE_COPY_STMT:
      return false;
    default:
      return true;
  }
}

/// A statement a step, but for a BEGIN … COMMIT, which is one: it takes effect as a whole.
std::vector<StepPlan> steps_outside_transaction(const std::vector<const sql::Node*>& nodes,
                                                const std::vector<bool>& is_idempotent) {
  std::vector<StepPlan> steps;
  bool is_inside_block = false;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Control control = control_of(nodes[i]);
    if (is_inside_block) {
      StepPlan& block = steps.back();
      ++block.statement_count;
      block.is_idempotent = block.is_idempotent && (control == Control::kEnd || is_idempotent[i]);
      is_inside_block = control != Control::kEnd;
      continue;
    }
    StepPlan step;
    step.first_statement = static_cast<std::uint32_t>(i);
    step.statement_count = 1;
    step.is_transactional = is_atomic(nodes[i]);
    step.is_idempotent = control == Control::kBegin || is_idempotent[i];
    find_probe(nodes[i], step);
    steps.push_back(std::move(step));
    is_inside_block = control == Control::kBegin;
  }
  return steps;
}

void blank(std::string& text, const sql::Statement& statement) {
  std::replace_if(
      text.begin() + static_cast<std::ptrdiff_t>(statement.offset),
      text.begin() + static_cast<std::ptrdiff_t>(statement.offset + statement.length),
      [](char c) { return c != '\n' && c != '\r'; }, ' ');
}

Statement table_statement(const sql::Statement& statement, std::size_t base,
                          const SourceFile& file) {
  const Position position = file.position(statement.offset);
  return {.offset = static_cast<std::uint32_t>(statement.offset - base),
          .length = static_cast<std::uint32_t>(statement.length),
          .line = position.line,
          .column = position.column};
}

/// A dollar quote's tag that `text` does not hold.
std::string free_tag(std::string_view text, std::string_view word) {
  std::string tag = "$" + std::string(word) + "$";
  for (int i = 1; text.find(tag) != std::string_view::npos; ++i)
    tag = "$" + std::string(word) + std::to_string(i) + "$";
  return tag;
}

/// A DO block that raises GW001 unless `query` gives exactly one row whose first column is true.
/// INTO STRICT raises P0002 and P0003 for no row and for several.
std::string guard(std::string_view query) {
  const std::string inner = free_tag(query, "query");
  const std::string outer = free_tag(query, "check");
  return "DO " + outer + "DECLARE godwit_holds pg_catalog.bool; BEGIN EXECUTE " + inner +
         std::string(query) + inner +
         " INTO STRICT godwit_holds; IF godwit_holds IS NOT TRUE THEN RAISE EXCEPTION USING "
         "ERRCODE = 'GW001', MESSAGE = 'the query did not return true'; END IF; END" +
         outer + ";\n";
}

/// A DO block that runs `query` and forgets what it gives.
std::string run_only(std::string_view query) {
  const std::string inner = free_tag(query, "query");
  const std::string outer = free_tag(query, "check");
  return "DO " + outer + "BEGIN EXECUTE " + inner + std::string(query) + inner + "; END" + outer +
         ";\n";
}

}  // namespace

bool is_query(const sql::Node* node) noexcept {
  const auto* select = sql::as<PgQuery__SelectStmt>(node);
  return node == nullptr ||
         (select != nullptr && select->into_clause == nullptr && select->n_locking_clause == 0);
}

ScriptPlan plan_script(const Section& section, const sql::Script& script,
                       const sql::TransactionPlan& transaction,
                       const std::vector<bool>& is_idempotent, std::vector<EffectPlan> effects,
                       const std::vector<sql::BatchDirective>& batches) {
  ScriptPlan plan;
  plan.is_transactional = transaction.is_transactional && transaction.not_in_transaction.empty();
  plan.begin_options = transaction.begin_options;
  plan.leaked_settings = transaction.leaked_settings;
  plan.leftovers = find_leftovers(script);

  std::string text(section.text());
  std::vector<sql::Statement> kept;
  std::vector<bool> kept_is_idempotent;
  std::vector<const sql::BatchDirective*> kept_batches;
  const auto& all = script.statements();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& hoisted = transaction.set_transaction;
    if (i == transaction.outer_begin || i == transaction.outer_commit ||
        std::find(hoisted.begin(), hoisted.end(), i) != hoisted.end()) {
      blank(text, all[i]);
    } else {
      kept.push_back(all[i]);
      kept_batches.push_back(sql::batch_of(batches, i));
      kept_is_idempotent.push_back(i < is_idempotent.size() && is_idempotent[i]);
      for (EffectPlan& effect : effects) {
        if (effect.statement == i) {
          plan.effects.push_back(std::move(effect));
          plan.effects.back().statement = static_cast<std::uint32_t>(kept.size() - 1);
          effect.statement = kTaken;
        }
      }
    }
  }
  if (kept.empty())
    return plan;

  const std::size_t base = kept.front().offset;
  plan.sql = text.substr(base, kept.back().offset + kept.back().length - base);
  std::vector<const sql::Node*> nodes;
  for (const sql::Statement& statement : kept) {
    plan.statements.push_back(table_statement(statement, base, section.file()));
    nodes.push_back(statement.node);
  }
  if (plan.is_transactional) {
    const bool all_idempotent =
        std::all_of(kept_is_idempotent.begin(), kept_is_idempotent.end(), [](bool b) { return b; });
    plan.steps.push_back({.first_statement = 0,
                          .statement_count = static_cast<std::uint32_t>(kept.size()),
                          .is_transactional = true,
                          .is_idempotent = all_idempotent,
                          .probe = Probe::kNone,
                          .relation = {},
                          .index = {},
                          .batch = {}});
  } else {
    plan.steps = steps_outside_transaction(nodes, kept_is_idempotent);
    for (StepPlan& step : plan.steps) {
      const std::size_t i = step.first_statement;
      if (kept_batches[i] != nullptr)
        step.batch =
            plan_batch(*kept_batches[i], nodes[i],
                       std::string_view(plan.sql).substr(kept[i].offset - base, kept[i].length));
    }
  }
  return plan;
}

ChecksPlan plan_checks(const Section& section, const sql::Script& script) {
  ChecksPlan plan;
  const std::string_view text = section.text();
  std::size_t base = 0;
  for (const sql::Statement& statement : script.statements()) {
    const bool only_has_to_run = section.is_satisfied_by_any_result();
    if (!is_query(statement.node) &&
        !(only_has_to_run && sql::as<PgQuery__DoStmt>(statement.node) != nullptr))
      continue;
    if (plan.statements.empty())
      base = statement.offset;
    plan.statements.push_back(table_statement(statement, base, section.file()));
    plan.sql = text.substr(base, statement.offset + statement.length - base);
    const std::string_view query = text.substr(statement.offset, statement.length);
    plan.guarded_sql += only_has_to_run ? run_only(query) : guard(query);
  }
  return plan;
}

}  // namespace godwit::codegen::emit
