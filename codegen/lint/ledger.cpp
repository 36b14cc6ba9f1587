// SPDX-License-Identifier: Apache-2.0
#include "lint/ledger.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "lint/context.hpp"
#include "lint/nested_writes.hpp"
#include "locks/family.hpp"
#include "sql/truth.hpp"

namespace godwit::codegen::lint {
namespace {

using catalog::Name;

constexpr std::array<std::pair<std::string_view, double>, 7> kUnits = {{{"us", 0.001},
                                                                        {"ms", 1},
                                                                        {"s", 1000},
                                                                        {"min", 60000},
                                                                        {"h", 3600000},
                                                                        {"d", 86400000},
                                                                        {"", 1}}};

std::optional<std::int64_t> duration_of(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc())
    return std::nullopt;
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  for (const auto& [name, factor] : kUnits) {
    if (unit == name)
      return static_cast<std::int64_t>(number * factor);
  }
  return std::nullopt;
}

bool is_system(const Name& name) {
  return name.schema == "pg_catalog" || name.schema == "information_schema" ||
         name.name.starts_with("pg_");
}

/// Does a query give rows?
enum class Yield { kNothing, kPerhaps, kRows };

/// VALUES does, and a SELECT without FROM; one of a table that was there before may.
Yield yield_of(const sql::Node& query, const Context& context) {
  const auto* select = sql::as<PgQuery__SelectStmt>(&query);
  if (select == nullptr || select->larg != nullptr || select->limit_count != nullptr ||
      select->having_clause != nullptr || select->with_clause != nullptr)
    return Yield::kNothing;
  if (select->n_values_lists > 0)
    return Yield::kRows;
  if (select->where_clause != nullptr || select->n_from_clause > 1)
    return Yield::kNothing;
  if (select->n_from_clause == 0) {
    // unnest() and the like may give none.
    bool calls = false;
    sql::walk(&query, [&](const sql::Node& node) {
      calls = calls || sql::as<PgQuery__FuncCall>(&node) != nullptr;
      return !calls;
    });
    return calls ? Yield::kNothing : Yield::kRows;
  }
  const auto* range = sql::as<PgQuery__RangeVar>(select->from_clause[0]);
  if (range == nullptr)
    return Yield::kNothing;
  const Name table = context.catalog().resolve(*range);
  if (const FilledTable* filled = context.ledger().filled(table))
    return filled->is_certain ? Yield::kRows : Yield::kPerhaps;
  return context.is_new(range) || context.ledger().is_emptied(table) ? Yield::kNothing
                                                                     : Yield::kPerhaps;
}

}  // namespace

std::optional<std::int64_t> duration_ms(const sql::Node& value) {
  const auto* constant = sql::as<PgQuery__AConst>(&value);
  if (constant == nullptr)
    return std::nullopt;
  switch (constant->val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
      return constant->ival->ival;
    case PG_QUERY__A__CONST__VAL_SVAL:
      return duration_of(constant->sval->sval);
    default:
      return std::nullopt;
  }
}

void Ledger::begin(const Event& event) {
  is_transactional_ = context_.transaction().is_transactional;
  if (!is_in_transaction() && event.statement_index != section_statement_)
    forget_transaction();
  section_statement_ = event.statement_index;
  note_transaction(event);
  effects_ = locks::effects_of(
      context_.catalog(), *event.node,
      {.postgres = context_.policy().postgres, .is_utc = context_.session().is_utc});
  taken_.clear();
  for (const locks::RelationLock& lock : effects_.locks) {
    const catalog::Catalog& catalog = context_.catalog();
    if (lock.depends_on_rows || lock.mode <= locks::Mode::kAccessShare ||
        catalog.indexes.find(lock.relation) != nullptr || context_.is_new(lock.relation))
      continue;
    const Name table = locks::partition_root(catalog, lock.relation);
    const auto known = std::find_if(taken_.begin(), taken_.end(),
                                    [&](const HeldLock& held) { return held.table == table; });
    if (known != taken_.end())
      known->mode = std::max(known->mode, lock.mode);
    else
      taken_.push_back({table, lock.mode, event.call.value_or(event.place).offset});
  }
}

void Ledger::end(const Event& event) {
  for (const HeldLock& lock : taken_) {
    const auto known = std::find_if(held_.begin(), held_.end(),
                                    [&](const HeldLock& held) { return held.table == lock.table; });
    if (known == held_.end())
      held_.push_back(lock);
    else if (known->mode < lock.mode)
      *known = lock;
  }
  note_rows(event);
  note_settings(event);
}

void Ledger::forget_transaction() {
  held_.clear();
  notes_ = {};
  for (auto* timeout : {&lock_timeout_, &statement_timeout_}) {
    if (*timeout && (*timeout)->is_local)
      timeout->reset();
  }
}

void Ledger::note_transaction(const Event& event) {
  const auto* control = sql::as<PgQuery__TransactionStmt>(event.node);
  if (control == nullptr || event.is_in_body)
    return;
  const sql::TransactionPlan& plan = context_.transaction();
  if (event.statement_index == plan.outer_begin || event.statement_index == plan.outer_commit)
    return;
  switch (control->kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
      // Inside of the runtime's own it does nothing.
      is_in_own_block_ = !is_in_transaction() || is_in_own_block_;
      return;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
      if (control->kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK)
        filled_.clear();
      forget_transaction();
      has_ended_ = true;
      is_in_own_block_ = control->chain != 0;
      return;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO:
      filled_.clear();
      return;
    default:
      return;
  }
}

void Ledger::set_timeout(std::string_view name, std::optional<std::int64_t> value, bool is_local,
                         const Event& event) {
  std::optional<Timeout>* timeout = name == "lock_timeout"        ? &lock_timeout_
                                    : name == "statement_timeout" ? &statement_timeout_
                                                                  : nullptr;
  if (timeout == nullptr || (is_local && !is_in_transaction() && !event.is_in_body))
    return;
  if (value)
    *timeout = Timeout{*value, event.place.offset, event.place.length, is_local};
  else
    timeout->reset();
}

void Ledger::note_settings(const Event& event) {
  if (const auto* set = sql::as<PgQuery__VariableSetStmt>(event.node)) {
    const bool is_local = set->is_local != 0;
    switch (set->kind) {
      case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE:
        return set_timeout(set->name, set->n_args == 1 ? duration_ms(*set->args[0]) : std::nullopt,
                           is_local, event);
      case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL:
        lock_timeout_.reset();
        statement_timeout_.reset();
        return;
      default:
        return set_timeout(set->name, std::nullopt, is_local, event);
    }
  }
  if (sql::as<PgQuery__DiscardStmt>(event.node) != nullptr) {
    lock_timeout_.reset();
    statement_timeout_.reset();
    return;
  }
  const auto* select = sql::as<PgQuery__SelectStmt>(event.node);
  if (select == nullptr || select->n_from_clause != 0)
    return;
  for (const sql::Node* node : sql::list(select->target_list, select->n_target_list)) {
    const auto* target = sql::as<PgQuery__ResTarget>(node);
    const auto* call = target == nullptr ? nullptr : sql::as<PgQuery__FuncCall>(target->val);
    if (call == nullptr || call->n_args != 3 || call->n_funcname == 0 ||
        sql::string_value(call->funcname[call->n_funcname - 1]) != "set_config")
      continue;
    const bool is_local = sql::is_constant_true(call->args[2]);
    set_timeout(sql::constant_text(call->args[0]), duration_of(sql::constant_text(call->args[1])),
                is_local, event);
  }
}

void Ledger::note_rows(const Event& event) {
  if (sql::as<PgQuery__TruncateStmt>(event.node) != nullptr) {
    for (const locks::RelationLock& lock : effects_.locks) {
      forget_filled(lock.relation);
      if (!event.is_conditional)
        emptied_.push_back(lock.relation);
    }
    return;
  }
  for (const sql::Node* write : writes_of(*event.node)) note_write(event, *write);
  if (const auto* copy = sql::as<PgQuery__CopyStmt>(event.node);
      copy != nullptr && copy->is_from != 0)
    note_filled(copy->relation, nullptr, event);
  note_new_table(event);
}

void Ledger::note_write(const Event& event, const sql::Node& write) {
  if (const auto* erase = sql::as<PgQuery__DeleteStmt>(&write)) {
    if (erase->relation == nullptr)
      return;
    const Name table = context_.catalog().resolve(*erase->relation);
    forget_filled(table);
    if (erase->relation->inh != 0 && erase->n_using_clause == 0 &&
        sql::is_every_row(erase->where_clause) && !event.is_conditional)
      emptied_.push_back(table);
  } else if (const auto* insert = sql::as<PgQuery__InsertStmt>(&write)) {
    note_filled(insert->relation, insert->select_stmt, event);
  } else if (const auto* merge = sql::as<PgQuery__MergeStmt>(&write)) {
    if (merge->relation != nullptr)
      forget_filled(context_.catalog().resolve(*merge->relation));
    note_filled(merge->relation, nullptr, event);
  }
}

/// CREATE TABLE, CREATE TABLE AS and SELECT INTO: of that name there was none, or another one.
void Ledger::note_new_table(const Event& event) {
  if (const auto* create = sql::as<PgQuery__CreateStmt>(event.node)) {
    if (create->relation != nullptr && create->if_not_exists == 0)
      forget_filled(context_.catalog().name_for_creation(*create->relation));
  } else if (const auto* as_query = sql::as<PgQuery__CreateTableAsStmt>(event.node)) {
    if (as_query->into != nullptr && as_query->into->skip_data == 0)
      note_filled(as_query->into->rel, as_query->query, event);
  } else if (const auto* select = sql::as<PgQuery__SelectStmt>(event.node);
             select != nullptr && select->into_clause != nullptr) {
    note_filled(select->into_clause->rel, event.node, event);
  }
}

/// Without a query it may be that nothing is put into it.
void Ledger::note_filled(const PgQuery__RangeVar* range, const sql::Node* query,
                         const Event& event) {
  if (range == nullptr)
    return;
  const catalog::Catalog& catalog = context_.catalog();
  const catalog::Relation* relation = catalog.find_relation(*range);
  const Name table =
      relation == nullptr ? catalog.name_for_creation(*range) : catalog.resolve(*range);
  std::erase(emptied_, table);
  // A trigger or a rule may send the rows elsewhere.
  const bool is_plain =
      relation == nullptr || (relation->triggers.empty() && relation->rules.empty());
  const Yield yield = query == nullptr || event.is_conditional || !is_plain
                          ? Yield::kNothing
                          : yield_of(*query, context_);
  if (yield != Yield::kNothing && filled(table) == nullptr)
    filled_.push_back({table, event.call.value_or(event.place).offset, yield == Yield::kRows});
}

void Ledger::forget_filled(const Name& table) {
  std::erase_if(filled_, [&](const FilledTable& one) { return one.table == table; });
}

locks::Mode Ledger::held_mode(const Name& table) const noexcept {
  const auto found = std::find_if(held_.begin(), held_.end(),
                                  [&](const HeldLock& held) { return held.table == table; });
  return found == held_.end() ? locks::Mode::kNone : found->mode;
}

const HeldLock* Ledger::held_at_least(locks::Mode mode) const noexcept {
  const auto found = std::find_if(held_.begin(), held_.end(),
                                  [&](const HeldLock& held) { return held.mode >= mode; });
  return found == held_.end() ? nullptr : &*found;
}

std::vector<Name> Ledger::touched(const sql::Node& node) const {
  const catalog::Catalog& catalog = context_.catalog();
  const locks::Effects effects = locks::effects_of(catalog, node,
                                                   {.postgres = context_.policy().postgres,
                                                    .is_utc = context_.session().is_utc,
                                                    .with_reads = true});
  std::vector<Name> tables;
  for (const locks::RelationLock& lock : effects.locks) {
    if (lock.depends_on_rows || catalog.indexes.find(lock.relation) != nullptr ||
        context_.is_new(lock.relation) || is_system(lock.relation))
      continue;
    const Name table = locks::partition_root(catalog, lock.relation);
    if (std::find(tables.begin(), tables.end(), table) == tables.end())
      tables.push_back(table);
  }
  return tables;
}

const FilledTable* Ledger::filled(const Name& table) const {
  const auto found = std::find_if(filled_.begin(), filled_.end(),
                                  [&](const FilledTable& one) { return one.table == table; });
  return found == filled_.end() ? nullptr : &*found;
}

bool Ledger::is_emptied(const Name& table) const {
  return std::find(emptied_.begin(), emptied_.end(), table) != emptied_.end();
}

}  // namespace godwit::codegen::lint
