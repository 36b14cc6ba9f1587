// SPDX-License-Identifier: Apache-2.0
//
// Rules about names: too long, left to the server, or not as the project writes them.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <regex.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "lint/generated_names.hpp"
#include "source/words.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr std::string_view kDefaultPattern = "^[a-z][a-z0-9_]*$";
constexpr auto kKinds =
    std::to_array<std::string_view>({"all", "schema", "table", "column", "index", "constraint",
                                     "view", "sequence", "type", "function", "trigger", "policy"});

/// A POSIX extended regular expression.
class Pattern {
 public:
  explicit Pattern(const std::string& text)
      : error_(regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB)) {}
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  ~Pattern() {
    if (is_valid())
      regfree(&compiled_);
  }

  bool is_valid() const { return error_ == 0; }
  bool matches(const std::string& name) const {
    return regexec(&compiled_, name.c_str(), 0, nullptr, 0) == 0;
  }
  std::string problem() const {
    std::array<char, 128> text{};
    regerror(error_, &compiled_, text.data(), text.size());
    return text.data();
  }

 private:
  regex_t compiled_{};
  int error_;
};

struct KindPattern {
  std::string_view kind;
  std::string text;
};

bool is_kind(std::string_view word) {
  return std::find(kKinds.begin(), kKinds.end(), word) != kKinds.end();
}

/// `index=^ix_,table=^[a-z]{1,9}$`: a comma ends a pattern only where a kind and `=` follow.
std::vector<KindPattern> read_patterns(std::string_view option) {
  std::vector<KindPattern> patterns;
  if (option.empty())
    return {{"all", std::string(kDefaultPattern)}};
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= option.size(); ++at) {
    if (at < option.size()) {
      const std::string_view rest = option.substr(at + 1);
      if (option[at] != ',' || !is_kind(rest.substr(0, std::min(rest.find('='), rest.size()))))
        continue;
    }
    const std::string_view part = option.substr(begin, at - begin);
    const std::size_t equals = part.find('=');
    if (equals != std::string_view::npos && is_kind(part.substr(0, equals)))
      patterns.push_back({part.substr(0, equals), std::string(part.substr(equals + 1))});
    else
      patterns.push_back({"", std::string(part)});
    begin = at + 1;
  }
  return patterns;
}

std::string check_naming_option(std::string_view option) {
  for (const KindPattern& pattern : read_patterns(option)) {
    if (pattern.kind.empty())
      return fmt::format("`{}` does not begin with a kind and `=`; the kinds are {}", pattern.text,
                         fmt::join(kKinds, ", "));
    const Pattern compiled(pattern.text);
    if (!compiled.is_valid())
      return fmt::format("`{}` is no regular expression: {}", pattern.text, compiled.problem());
  }
  return "";
}

constexpr RuleInfo kRules[] = {
    {.id = "identifier-too-long",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "A name of more than 63 bytes is cut",
     .explanation = "PostgreSQL keeps the first 63 bytes, with a mere notice. Two names that begin "
                    "alike then are one, and whoever looks for the whole name does not find it. It "
                    "is also said of what has no name, where the one that PostgreSQL makes up of "
                    "table and columns is cut and taken.",
     .bad = "CREATE INDEX CONCURRENTLY "
            "subscriptions_of_customers_by_the_date_of_their_first_invoice_at ON s (a);",
     .good = "CREATE INDEX CONCURRENTLY subscriptions_first_invoice ON s (a);",
     .manual = "https://www.postgresql.org/docs/15/sql-syntax-lexical.html"},
    {.id = "require-index-name",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "An index without a name is called by the server as it likes",
     .explanation =
         "The name depends on what is there already, so that it may differ from database to "
         "database; and a second run makes a second index. A later DROP or REINDEX has to guess.",
     .bad = "CREATE INDEX CONCURRENTLY ON orders (user_id);",
     .good = "CREATE INDEX CONCURRENTLY orders_user_id ON orders (user_id);",
     .manual = "https://www.postgresql.org/docs/15/sql-createindex.html"},
    {.id = "require-constraint-name",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "A constraint without a name is called by the server as it likes",
     .explanation =
         "The name depends on what is there already, so that a later VALIDATE or DROP CONSTRAINT "
         "has to guess it, and errors do not tell what was broken. Keys and checks that stand on "
         "a single column's line, and primary keys of new tables, are left alone.",
     .bad = "ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID;",
     .good = "ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users "
             "NOT VALID;",
     .manual = "https://www.postgresql.org/docs/15/ddl-constraints.html"},
    {.id = "naming-convention",
     .group = "style",
     .severity = Severity::kOff,
     .summary = "A name is not as the project writes names",
     .explanation =
         "Without an option every new name has to match ^[a-z][a-z0-9_]*$, which needs no quotes. "
         "Option: a POSIX regular expression for each kind, or for `all`: "
         "naming-convention=warn:index=^ix_,table=^[a-z_]+s$. The kinds are schema, table, column, "
         "index, constraint, view, sequence, type, function, trigger and policy.",
     .bad = "CREATE TABLE \"userAccounts\" (id bigint PRIMARY KEY);",
     .good = "CREATE TABLE user_accounts (id bigint PRIMARY KEY);",
     .manual = "https://www.postgresql.org/docs/15/sql-syntax-lexical.html",
     .check_option = check_naming_option},
};

bool is_in_name(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80U;
}

/// Whether there may be a name that is too long: a long run of letters, or of anything in double
/// quotes. It goes by steps, so that a file without one costs next to nothing.
bool may_have_long_name(std::string_view text) {
  constexpr std::size_t kStep = kLongestIdentifier + 1;  // a long run has one of every so many
  for (std::size_t at = kLongestIdentifier; at < text.size(); at += kStep) {
    if (!is_in_name(text[at]))
      continue;
    std::size_t begin = at;
    while (begin > 0 && is_in_name(text[begin - 1])) --begin;
    std::size_t end = at + 1;
    while (end < text.size() && is_in_name(text[end])) ++end;
    if (end - begin > kLongestIdentifier)
      return true;
  }
  std::size_t quote = text.find('"');
  std::size_t before = 0;  // what the name has so far, where a quote in it is doubled
  while (quote != std::string_view::npos) {
    const std::size_t next = text.find('"', quote + 1);
    if (next == std::string_view::npos)
      return false;
    const bool is_doubled = next == quote + 1;
    before = is_doubled ? before + 1 : before + next - quote - 1;
    if (before > kLongestIdentifier)
      return true;
    if (!is_doubled && !(next + 1 < text.size() && text[next + 1] == '"'))
      before = 0;
    quote = next;
  }
  return false;
}

void check_lengths(Context& context) {
  if (context.is_down())
    return;
  const std::string_view text = context.section().text();
  if (!may_have_long_name(text))
    return;
  for (const sql::Statement& statement : context.script().statements()) {
    if (!may_have_long_name(text.substr(statement.offset, statement.length)))
      continue;
    for (const sql::Token& token :
         sql::scan(text, statement.offset, statement.offset + statement.length)) {
      const bool is_name =
          token.kind == sql::TokenKind::kWord || token.kind == sql::TokenKind::kQuotedName;
      if (!is_name || token.length <= kLongestIdentifier)
        continue;
      const std::string name = sql::name_of(text, token);
      if (name.size() <= kLongestIdentifier)
        continue;
      std::size_t kept = kLongestIdentifier;
      while (kept > 0 && (static_cast<unsigned char>(name[kept]) & 0xC0U) == 0x80U) --kept;
      context.report_in(context.section(), "identifier-too-long", {token.offset, token.length},
                        fmt::format("the name has {} bytes: PostgreSQL cuts it to {}", name.size(),
                                    name.substr(0, kept)),
                        {"write a name of at most 63 bytes"});
    }
  }
}

/// Patterns by the option's text; an option is read once.
const std::map<std::string, std::unique_ptr<Pattern>, std::less<>>& patterns_of(
    std::string_view option) {
  using Patterns = std::map<std::string, std::unique_ptr<Pattern>, std::less<>>;
  thread_local std::map<std::string, Patterns, std::less<>> known;
  const auto found = known.find(option);
  if (found != known.end())
    return found->second;
  Patterns& made = known[std::string(option)];
  for (const KindPattern& pattern : read_patterns(option))
    made.insert_or_assign(std::string(pattern.kind), std::make_unique<Pattern>(pattern.text));
  return made;
}

/// Reports `name` where it is not as the option of naming-convention asks.
void check_name(std::string_view kind, std::string_view name, const Event& event, Context& context,
                std::optional<Place> place = {}) {
  if (name.empty() || kind.empty())
    return;
  const auto& patterns = patterns_of(option_of(context.policy(), "naming-convention"));
  for (const std::string_view key : {kind, std::string_view("all")}) {
    const auto found = patterns.find(key);
    if (found == patterns.end())
      continue;
    if (!found->second->matches(std::string(name)))
      context.report("naming-convention", event, place.value_or(context.column_place(event, name)),
                     fmt::format("the {} is called {}, which is not as names are here", kind,
                                 catalog::quote_identifier(name)),
                     {"RULES_* or --rule naming-convention says how"});
    return;
  }
}

bool is_asked_for(const Context& context) {
  return effective_severity(context.policy(), "naming-convention", Severity::kWarning) !=
         Severity::kOff;
}

std::string_view kind_of(const PgQuery__Constraint& constraint) {
  switch (constraint.contype) {
    case sql::constr::kCheck:
      return "CHECK";
    case sql::constr::kUnique:
      return "UNIQUE";
    case sql::constr::kPrimary:
      return "PRIMARY KEY";
    case sql::constr::kForeign:
      return "FOREIGN KEY";
    case sql::constr::kExclusion:
      return "EXCLUDE";
    default:
      return "";
  }
}

void check_constraint(const PgQuery__Constraint& constraint, const Event& event, Context& context) {
  const std::string_view kind = kind_of(constraint);
  if (kind.empty())
    return;
  if (!std::string_view(constraint.conname).empty()) {
    if (is_asked_for(context))
      check_name("constraint", constraint.conname, event, context);
    return;
  }
  // With USING INDEX the constraint takes the index's name.
  if (!std::string_view(constraint.indexname).empty())
    return;
  const Place place = context.name_at(event, constraint.location);
  context.report("require-constraint-name", event, place,
                 fmt::format("the {} constraint has no name: the server chooses one", kind),
                 {fmt::format("CONSTRAINT <name> {} …", kind)});
}

void check_create(const Event& event, Context& context) {
  const auto& create = *event.node->create_stmt;
  if (context.is_down() || create.relation == nullptr)
    return;
  check_generated_names(event, context);
  const bool checks_names = is_asked_for(context);
  if (checks_names)
    check_name("table", create.relation->relname, event, context,
               context.name_at(event, create.relation->location));
  for (const sql::Node* node : sql::list(create.table_elts, create.n_table_elts)) {
    if (const auto* column = sql::as<PgQuery__ColumnDef>(node); column != nullptr && checks_names)
      check_name("column", column->colname, event, context,
                 context.name_at(event, column->location));
    const auto* constraint = sql::as<PgQuery__Constraint>(node);
    const bool is_unnamed_key = constraint != nullptr &&
                                constraint->contype == sql::constr::kPrimary &&
                                std::string_view(constraint->conname).empty();
    if (constraint != nullptr && !is_unnamed_key)
      check_constraint(*constraint, event, context);
  }
}

void check_add_constraint(const Event& event, Context& context) {
  const auto* constraint = sql::as<PgQuery__Constraint>(event.command->def);
  if (constraint == nullptr || context.is_down())
    return;
  check_generated_names(event, context);
  check_constraint(*constraint, event, context);
}

void check_add_column(const Event& event, Context& context) {
  const auto* column = sql::as<PgQuery__ColumnDef>(event.command->def);
  if (column == nullptr || context.is_down())
    return;
  check_generated_names(event, context);
  if (is_asked_for(context))
    check_name("column", column->colname, event, context, context.name_at(event, column->location));
}

void check_index(const Event& event, Context& context) {
  const auto& create = *event.node->index_stmt;
  if (context.is_down() || create.relation == nullptr)
    return;
  check_generated_names(event, context);
  if (!std::string_view(create.idxname).empty()) {
    if (is_asked_for(context))
      check_name("index", create.idxname, event, context);
    return;
  }
  std::string name = create.relation->relname;
  for (const sql::Node* node : sql::list(create.index_params, create.n_index_params)) {
    const auto* element = sql::as<PgQuery__IndexElem>(node);
    if (element != nullptr && !std::string_view(element->name).empty())
      name += std::string("_") + element->name;
  }
  context.report("require-index-name", event, context.head_place(event, "index"),
                 create.concurrent != 0
                     ? "the index has no name: a build that fails leaves an INVALID copy, which "
                       "nothing finds again, and each further run makes another"
                     : "the index has no name: the server chooses one, and a second run makes a "
                       "second index",
                 {fmt::format("call it, say, {}", catalog::quote_identifier(name))});
}

std::string_view kind_of(const PgQuery__RenameStmt& rename) {
  switch (rename.rename_type) {
    case sql::object::kColumn:
      return "column";
    case sql::object::kIndex:
      return "index";
    case sql::object::kTabconstraint:
      return "constraint";
    case sql::object::kTable:
      return "table";
    default:
      return "";
  }
}

void check_other_names(const Event& event, Context& context) {
  if (context.is_down() || !is_asked_for(context))
    return;
  const auto last_of = [](PgQuery__Node* const* names, std::size_t count) {
    return count == 0 ? std::string_view() : sql::string_value(names[count - 1]);
  };
  const sql::Node* node = event.node;
  if (const auto* schema = sql::as<PgQuery__CreateSchemaStmt>(node))
    check_name("schema", schema->schemaname, event, context);
  else if (const auto* view = sql::as<PgQuery__ViewStmt>(node))
    check_name("view", view->view->relname, event, context);
  else if (const auto* sequence = sql::as<PgQuery__CreateSeqStmt>(node))
    check_name("sequence", sequence->sequence->relname, event, context);
  else if (const auto* values = sql::as<PgQuery__CreateEnumStmt>(node))
    check_name("type", last_of(values->type_name, values->n_type_name), event, context);
  else if (const auto* domain = sql::as<PgQuery__CreateDomainStmt>(node))
    check_name("type", last_of(domain->domainname, domain->n_domainname), event, context);
  else if (const auto* function = sql::as<PgQuery__CreateFunctionStmt>(node))
    check_name("function", last_of(function->funcname, function->n_funcname), event, context);
  else if (const auto* trigger = sql::as<PgQuery__CreateTrigStmt>(node))
    check_name("trigger", trigger->trigname, event, context);
  else if (const auto* policy = sql::as<PgQuery__CreatePolicyStmt>(node))
    check_name("policy", policy->policy_name, event, context);
  else if (const auto* rename = sql::as<PgQuery__RenameStmt>(node))
    check_name(kind_of(*rename), rename->newname, event, context);
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_create},
    {PG_QUERY__NODE__NODE_INDEX_STMT, check_index},
    {PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT, check_other_names},
    {PG_QUERY__NODE__NODE_VIEW_STMT, check_other_names},
    {PG_QUERY__NODE__NODE_CREATE_SEQ_STMT, check_other_names},
    {PG_QUERY__NODE__NODE_CREATE_ENUM_STMT, check_other_names},
    {PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT, check_other_names},
    {PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT, check_other_names},
    {PG_QUERY__NODE__NODE_CREATE_TRIG_STMT, check_other_names},
    {PG_QUERY__NODE__NODE_CREATE_POLICY_STMT, check_other_names},
    {PG_QUERY__NODE__NODE_RENAME_STMT, check_other_names},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kAddConstraint, check_add_constraint},
    {sql::at::kAddColumn, check_add_column},
};

}  // namespace

const Family kNameRules{.name = "names",
                        .rules = kRules,
                        .statements = kStatements,
                        .commands = kCommands,
                        .before_section = check_lengths};

}  // namespace godwit::codegen::lint
