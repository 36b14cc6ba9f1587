// SPDX-License-Identifier: Apache-2.0
//
// How it works. A query is gone through as PostgreSQL's analyzer does
// (https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/parser/analyze.c): FROM
// makes a scope of sources with their columns, sub-selects get a scope inside the one around them,
// and each column reference is looked for from the innermost scope outwards. Where a source's
// columns are not all known (a function in FROM, a table that others made), nothing that may be one
// of them is called missing.
#include "catalog/query.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace godwit::codegen::catalog {
namespace {

using sql::as;
using sql::list;
using sql::Node;
using sql::string_value;

struct Source {
  std::string alias;
  std::string shown;  ///< as messages call it
  Name relation;      ///< of a table or view
  bool is_relation = false;
  bool is_known = false;  ///< all columns are in `columns`
  std::vector<OutputColumn> columns;

  const OutputColumn* find(std::string_view name) const {
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const OutputColumn& c) { return c.name == name; });
    return found == columns.end() ? nullptr : &*found;
  }
};

struct Query {
  std::vector<OutputColumn> output;
  bool is_known = false;
};

struct Scope {
  const Scope* outer = nullptr;
  std::vector<Source> sources;
  std::map<std::string, Query, std::less<>> ctes;
  std::set<std::string, std::less<>> outputs;  ///< names that ORDER BY and GROUP BY may use
};

/// The columns of `a JOIN b USING (x)`, and whether they are all known: what `*` stands for.
struct Item {
  std::vector<OutputColumn> columns;
  bool is_known = true;
};

constexpr auto kSystemColumns =
    std::to_array<std::string_view>({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"});

class Analyzer {
 public:
  explicit Analyzer(const Catalog& catalog) : catalog_(catalog) {}

  Analysis take() { return std::move(analysis_); }

  void statement(const Node& node) {
    const Query query = any_statement(node, nullptr);
    analysis_.output = query.output;
    analysis_.has_known_output = query.is_known;
  }

  void expression_of(const Relation* relation, const Node* node,
                     std::span<const std::string_view> aliases) {
    Scope scope;
    if (relation != nullptr) {
      if (aliases.empty())
        scope.sources.push_back(source_of(*relation, relation->name.name));
      for (const std::string_view alias : aliases)
        scope.sources.push_back(source_of(*relation, std::string(alias)));
    } else {
      scope.sources.emplace_back();
    }
    if (node != nullptr && is_query(*node))
      any_statement(*node, &scope);
    else
      expression(node, scope);
  }

 private:
  static bool is_query(const Node& node) {
    switch (node.node_case) {
      case PG_QUERY__NODE__NODE_SELECT_STMT:
      case PG_QUERY__NODE__NODE_INSERT_STMT:
      case PG_QUERY__NODE__NODE_UPDATE_STMT:
      case PG_QUERY__NODE__NODE_DELETE_STMT:
      case PG_QUERY__NODE__NODE_MERGE_STMT:
        return true;
      default:
        return false;
    }
  }

  Query any_statement(const Node& node, const Scope* outer) {
    switch (node.node_case) {
      case PG_QUERY__NODE__NODE_SELECT_STMT:
        return select(*node.select_stmt, outer);
      case PG_QUERY__NODE__NODE_INSERT_STMT:
        return insert(*node.insert_stmt, outer);
      case PG_QUERY__NODE__NODE_UPDATE_STMT:
        return update(*node.update_stmt, outer);
      case PG_QUERY__NODE__NODE_DELETE_STMT:
        return remove(*node.delete_stmt, outer);
      case PG_QUERY__NODE__NODE_MERGE_STMT:
        return merge(*node.merge_stmt, outer);
      default:
        return {};
    }
  }

  // ---- sources -------------------------------------------------------------------------------

  static Source source_of(const Relation& relation, std::string alias) {
    Source source;
    source.alias = std::move(alias);
    source.shown = quote_name(relation.name);
    source.relation = relation.name;
    source.is_relation = true;
    source.is_known = relation.has_known_shape && !relation.is_uncertain;
    for (const Column& column : relation.columns)
      source.columns.push_back({column.name, column.type});
    if (relation.kind == RelationKind::kSequence)
      source.columns = {{"last_value", {}}, {"log_cnt", {}}, {"is_called", {}}};
    return source;
  }

  static void rename_columns(Source& source, const PgQuery__Alias* alias) {
    if (alias == nullptr)
      return;
    if (!std::string_view(alias->aliasname).empty())
      source.alias = alias->aliasname;
    const auto names = list(alias->colnames, alias->n_colnames);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i < source.columns.size())
        source.columns[i].name = string_value(names[i]);
      else if (!source.is_known)
        source.columns.push_back({std::string(string_value(names[i])), {}});
    }
    if (!names.empty())
      source.is_relation = false;  // its columns have other names here
  }

  static Item item_of(const Source& source) { return {source.columns, source.is_known}; }

  Source table(const PgQuery__RangeVar& range) {
    const Name name = catalog_.resolve(range);
    const Relation* relation = catalog_.relations.find(name);
    Source source;
    if (relation != nullptr)
      source = source_of(*relation, range.relname);
    source.alias = range.relname;
    source.shown = quote_name(name);
    source.relation = name;
    const auto& known = analysis_.relations;
    if (std::none_of(known.begin(), known.end(),
                     [&](const RelationUse& use) { return use.name == name; }))
      analysis_.relations.push_back({&range, name, relation != nullptr});
    rename_columns(source, range.alias);
    return source;
  }

  Item from_table(const PgQuery__RangeVar& range, Scope& scope) {
    Source source;
    const Query* cte =
        std::string_view(range.schemaname).empty() ? find_cte(range.relname, scope) : nullptr;
    if (cte != nullptr) {
      source.alias = range.relname;
      source.shown = range.relname;
      source.is_known = cte->is_known;
      source.columns = cte->output;
      rename_columns(source, range.alias);
    } else {
      source = table(range);
    }
    Item item = item_of(source);
    scope.sources.push_back(std::move(source));
    return item;
  }

  static const Query* find_cte(std::string_view name, const Scope& scope) {
    for (const Scope* at = &scope; at != nullptr; at = at->outer) {
      const auto found = at->ctes.find(name);
      if (found != at->ctes.end())
        return &found->second;
    }
    return nullptr;
  }

  Item from_item(const Node* node, Scope& scope) {
    if (const auto* range = as<PgQuery__RangeVar>(node))
      return from_table(*range, scope);
    if (const auto* join = as<PgQuery__JoinExpr>(node))
      return from_join(*join, scope);
    if (const auto* sample = as<PgQuery__RangeTableSample>(node))
      return from_item(sample->relation, scope);
    Source source;
    if (const auto* subselect = as<PgQuery__RangeSubselect>(node)) {
      Query query;
      if (subselect->subquery != nullptr)
        query = any_statement(*subselect->subquery,
                              subselect->lateral != 0 ? &scope : without_sources(scope));
      source.columns = query.output;
      source.is_known = query.is_known;
      rename_columns(source, subselect->alias);
    } else if (const auto* function = as<PgQuery__RangeFunction>(node)) {
      for (const Node* item : list(function->functions, function->n_functions))
        expression(item, scope);
      rename_columns(source, function->alias);
      if (function->alias != nullptr && function->alias->n_colnames == 0)
        source.columns.push_back({function->alias->aliasname, {}});
    } else if (node != nullptr) {
      expression(node, scope);
    }
    Item item = item_of(source);
    scope.sources.push_back(std::move(source));
    return item;
  }

  /// A scope with the WITH queries of `scope`, and none of its sources.
  const Scope* without_sources(const Scope& scope) {
    auto& bare = bare_scopes_.emplace_back(std::make_unique<Scope>());
    bare->outer = scope.outer;
    bare->ctes = scope.ctes;
    return bare.get();
  }

  Item from_join(const PgQuery__JoinExpr& join, Scope& scope) {
    const std::size_t first = scope.sources.size();
    Item left = from_item(join.larg, scope);
    Item right = from_item(join.rarg, scope);
    expression(join.quals, scope);
    std::set<std::string, std::less<>> merged;
    for (const Node* name : list(join.using_clause, join.n_using_clause))
      merged.emplace(string_value(name));
    if (join.is_natural != 0) {
      for (const OutputColumn& column : left.columns) {
        if (std::any_of(right.columns.begin(), right.columns.end(),
                        [&](const OutputColumn& c) { return c.name == column.name; }))
          merged.insert(column.name);
      }
    }
    for (std::size_t i = first; i < scope.sources.size(); ++i) {
      for (const std::string& name : merged) {
        if (scope.sources[i].is_relation && scope.sources[i].find(name) != nullptr)
          use_column(scope.sources[i].relation, name);
      }
    }
    Item item;
    item.is_known = left.is_known && right.is_known;
    const auto add = [&](const Item& from, bool wants_merged) {
      for (const OutputColumn& column : from.columns) {
        if ((merged.count(column.name) != 0) == wants_merged)
          item.columns.push_back(column);
      }
    };
    if (!merged.empty())
      add(left, true);
    add(left, false);
    add(right, false);
    if (join.alias != nullptr) {
      Source source;
      source.columns = item.columns;
      source.is_known = item.is_known;
      rename_columns(source, join.alias);
      item = item_of(source);
      scope.sources.resize(first);
      scope.sources.push_back(std::move(source));
    }
    return item;
  }

  // ---- statements ----------------------------------------------------------------------------

  void with(const PgQuery__WithClause* clause, Scope& scope) {
    if (clause == nullptr)
      return;
    for (const Node* node : list(clause->ctes, clause->n_ctes)) {
      const auto* cte = as<PgQuery__CommonTableExpr>(node);
      if (cte == nullptr || cte->ctequery == nullptr)
        continue;
      const auto names = list(cte->aliascolnames, cte->n_aliascolnames);
      const auto named = [&](Query query) {
        for (std::size_t i = 0; i < names.size() && i < query.output.size(); ++i)
          query.output[i].name = string_value(names[i]);
        if (cte->search_clause != nullptr || cte->cycle_clause != nullptr)
          query.is_known = false;
        return query;
      };
      if (clause->recursive != 0) {
        // Its first part says what its columns are called.
        const auto* select = as<PgQuery__SelectStmt>(cte->ctequery);
        Query start;
        if (select != nullptr && select->larg != nullptr) {
          Analyzer trial(catalog_);
          Scope inner;
          inner.outer = &scope;
          trial.with(select->with_clause, inner);
          start = trial.select(*select->larg, &inner);
        }
        scope.ctes[cte->ctename] = named(std::move(start));
      }
      scope.ctes[cte->ctename] = named(any_statement(*cte->ctequery, &scope));
    }
  }

  Query select(const PgQuery__SelectStmt& select, const Scope* outer) {
    Scope scope;
    scope.outer = outer;
    with(select.with_clause, scope);
    if (select.op != PG_QUERY__SET_OPERATION__SETOP_NONE && select.larg != nullptr &&
        select.rarg != nullptr) {
      Query query = this->select(*select.larg, &scope);
      this->select(*select.rarg, &scope);
      // ORDER BY may use nothing but the names of the output.
      return query;
    }
    if (select.n_values_lists > 0)
      return values(select, scope);
    std::vector<Item> items;
    for (const Node* node : list(select.from_clause, select.n_from_clause))
      items.push_back(from_item(node, scope));
    expression(select.where_clause, scope);
    Query query = targets(list(select.target_list, select.n_target_list), items, scope);
    for (const OutputColumn& column : query.output) scope.outputs.insert(column.name);
    expressions(list(select.group_clause, select.n_group_clause), scope);
    expressions(list(select.sort_clause, select.n_sort_clause), scope);
    expressions(list(select.distinct_clause, select.n_distinct_clause), scope);
    scope.outputs.clear();
    expression(select.having_clause, scope);
    expressions(list(select.window_clause, select.n_window_clause), scope);
    expression(select.limit_offset, scope);
    expression(select.limit_count, scope);
    return query;
  }

  Query values(const PgQuery__SelectStmt& select, const Scope& scope) {
    Query query;
    query.is_known = true;
    for (const Node* row : list(select.values_lists, select.n_values_lists)) {
      expression(row, scope);
      const auto* items = as<PgQuery__List>(row);
      for (std::size_t i = query.output.size(); items != nullptr && i < items->n_items; ++i)
        query.output.push_back({"column" + std::to_string(i + 1), {}});
    }
    return query;
  }

  Query targets(std::span<Node* const> nodes, const std::vector<Item>& items, const Scope& scope) {
    Query query;
    query.is_known = true;
    for (const Node* node : nodes) {
      const auto* target = as<PgQuery__ResTarget>(node);
      if (target == nullptr)
        continue;
      if (const auto* column = as<PgQuery__ColumnRef>(target->val);
          column != nullptr && column->n_fields > 0 &&
          as<PgQuery__AStar>(column->fields[column->n_fields - 1]) != nullptr) {
        star(*column, items, scope, query);
        continue;
      }
      expression(target->val, scope);
      if (const auto* indirection = as<PgQuery__AIndirection>(target->val);
          indirection != nullptr && indirection->n_indirection > 0 &&
          as<PgQuery__AStar>(indirection->indirection[indirection->n_indirection - 1]) != nullptr) {
        query.is_known = false;  // `(f(a)).*`: as many columns as its type has
        continue;
      }
      const std::string_view name = target->name;
      query.output.push_back({name.empty() ? output_name(target->val) : std::string(name),
                              type_of(target->val, scope)});
    }
    return query;
  }

  void use_all(const Source& source) {
    if (!source.is_relation)
      return;
    for (const OutputColumn& column : source.columns) use_column(source.relation, column.name);
  }

  void star(const PgQuery__ColumnRef& column, const std::vector<Item>& items, const Scope& scope,
            Query& query) {
    if (column.n_fields == 1) {
      for (const Item& item : items) {
        query.is_known = query.is_known && item.is_known;
        query.output.insert(query.output.end(), item.columns.begin(), item.columns.end());
      }
      for (const Source& source : scope.sources) use_all(source);
      return;
    }
    const std::string_view alias = string_value(column.fields[column.n_fields - 2]);
    const Source* source = find_source(alias, scope);
    if (source == nullptr || !source->is_known)
      query.is_known = false;
    if (source == nullptr)
      return;
    use_all(*source);
    query.output.insert(query.output.end(), source->columns.begin(), source->columns.end());
  }

  Query returning(sql::Node* const* nodes, std::size_t count, const Scope& scope,
                  const Source& target) {
    return targets(list(nodes, count), {item_of(target)}, scope);
  }

  void check_target(const Source& source, const PgQuery__ResTarget& target) {
    const std::string_view name = target.name;
    if (name.empty())
      return;
    if (source.find(name) != nullptr)
      return use_column(source.relation, std::string(name));
    if (source.is_known)
      analysis_.missing_columns.push_back(
          {std::string(name), source.shown, source.relation, target.location});
  }

  void assignments(std::span<Node* const> nodes, const Source& source, const Scope& scope) {
    for (const Node* node : nodes) {
      const auto* target = as<PgQuery__ResTarget>(node);
      if (target == nullptr)
        continue;
      check_target(source, *target);
      expression(target->val, scope);
    }
  }

  Query insert(const PgQuery__InsertStmt& insert, const Scope* outer) {
    Scope scope;
    scope.outer = outer;
    with(insert.with_clause, scope);
    if (insert.relation == nullptr)
      return {};
    Source source = table(*insert.relation);
    for (const Node* node : list(insert.cols, insert.n_cols)) {
      if (const auto* target = as<PgQuery__ResTarget>(node))
        check_target(source, *target);
    }
    if (insert.select_stmt != nullptr)
      any_statement(*insert.select_stmt, &scope);
    scope.sources.push_back(source);
    if (const auto* conflict = insert.on_conflict_clause) {
      Scope inner = scope;
      if (conflict->infer != nullptr) {
        expressions(list(conflict->infer->index_elems, conflict->infer->n_index_elems), inner);
        index_columns(list(conflict->infer->index_elems, conflict->infer->n_index_elems), source);
        expression(conflict->infer->where_clause, inner);
      }
      Source excluded = source;
      excluded.alias = "excluded";
      inner.sources.push_back(std::move(excluded));
      assignments(list(conflict->target_list, conflict->n_target_list), source, inner);
      expression(conflict->where_clause, inner);
    }
    return returning(insert.returning_list, insert.n_returning_list, scope, source);
  }

  void index_columns(std::span<Node* const> elements, const Source& source) {
    for (const Node* node : elements) {
      const auto* element = as<PgQuery__IndexElem>(node);
      const std::string_view name = element == nullptr ? "" : element->name;
      if (!name.empty() && source.is_known && source.find(name) == nullptr)
        analysis_.missing_columns.push_back({std::string(name), source.shown, source.relation, -1});
    }
  }

  Query update(const PgQuery__UpdateStmt& update, const Scope* outer) {
    Scope scope;
    scope.outer = outer;
    with(update.with_clause, scope);
    if (update.relation == nullptr)
      return {};
    const Source source = table(*update.relation);
    scope.sources.push_back(source);
    for (const Node* node : list(update.from_clause, update.n_from_clause)) from_item(node, scope);
    assignments(list(update.target_list, update.n_target_list), source, scope);
    expression(update.where_clause, scope);
    return returning(update.returning_list, update.n_returning_list, scope, source);
  }

  Query remove(const PgQuery__DeleteStmt& remove, const Scope* outer) {
    Scope scope;
    scope.outer = outer;
    with(remove.with_clause, scope);
    if (remove.relation == nullptr)
      return {};
    const Source source = table(*remove.relation);
    scope.sources.push_back(source);
    for (const Node* node : list(remove.using_clause, remove.n_using_clause))
      from_item(node, scope);
    expression(remove.where_clause, scope);
    return returning(remove.returning_list, remove.n_returning_list, scope, source);
  }

  Query merge(const PgQuery__MergeStmt& merge, const Scope* outer) {
    Scope scope;
    scope.outer = outer;
    with(merge.with_clause, scope);
    if (merge.relation == nullptr)
      return {};
    const Source source = table(*merge.relation);
    scope.sources.push_back(source);
    from_item(merge.source_relation, scope);
    expression(merge.join_condition, scope);
    for (const Node* node : list(merge.merge_when_clauses, merge.n_merge_when_clauses)) {
      const auto* when = as<PgQuery__MergeWhenClause>(node);
      if (when == nullptr)
        continue;
      expression(when->condition, scope);
      assignments(list(when->target_list, when->n_target_list), source, scope);
      expressions(list(when->values, when->n_values), scope);
    }
    return {};
  }

  // ---- expressions ---------------------------------------------------------------------------

  void expressions(std::span<Node* const> nodes, const Scope& scope) {
    for (const Node* node : nodes) expression(node, scope);
  }

  void expression(const Node* root, const Scope& scope) {
    sql::walk(root, [&](const Node& node) {
      if (is_query(node)) {
        any_statement(node, &scope);
        return false;
      }
      switch (node.node_case) {
        case PG_QUERY__NODE__NODE_COLUMN_REF:
          column(*node.column_ref, scope);
          return false;
        case PG_QUERY__NODE__NODE_ROW_EXPR:
          expand_rows(*node.row_expr, scope);
          return true;
        case PG_QUERY__NODE__NODE_FUNC_CALL:
          function(*node.func_call);
          return true;
        case PG_QUERY__NODE__NODE_TYPE_CAST:
          if (node.type_cast->type_name != nullptr)
            cast(*node.type_cast);
          return true;
        default:
          return true;
      }
    });
  }

  /// ROW(t.*) has the columns one by one, as a target list has.
  void expand_rows(const PgQuery__RowExpr& row, const Scope& scope) {
    for (const Node* node : list(row.args, row.n_args)) {
      const auto* reference = as<PgQuery__ColumnRef>(node);
      if (reference == nullptr || reference->n_fields < 2 ||
          as<PgQuery__AStar>(reference->fields[reference->n_fields - 1]) == nullptr)
        continue;
      if (const Source* source =
              find_source(string_value(reference->fields[reference->n_fields - 2]), scope))
        use_all(*source);
    }
  }

  void cast(const PgQuery__TypeCast& cast) {
    analysis_.types.push_back({cast.type_name});
    const auto names = list(cast.type_name->names, cast.type_name->n_names);
    if (!names.empty() && string_value(names.back()) == "regclass")
      literal_name(cast.arg);
  }

  void function(const PgQuery__FuncCall& call) {
    const auto names = list(call.funcname, call.n_funcname);
    const Name name = catalog_.resolve_function(names);
    analysis_.functions.push_back(
        {name, call.n_args, call.location, catalog_.functions.find(name) != nullptr});
    if (!names.empty() &&
        (string_value(names.back()) == "nextval" || string_value(names.back()) == "currval") &&
        call.n_args == 1)
      literal_name(call.args[0]);
  }

  /// nextval('crm.ids'): the name of a relation in a string.
  void literal_name(const Node* node) {
    const std::string_view text = sql::constant_text(node);
    if (text.empty() || text.find('"') != std::string_view::npos)
      return;
    const std::size_t dot = text.find('.');
    const std::string_view schema = dot == std::string_view::npos ? "" : text.substr(0, dot);
    const std::string_view name = dot == std::string_view::npos ? text : text.substr(dot + 1);
    const Name found = catalog_.resolve(schema, name);
    if (catalog_.relations.find(found) != nullptr)
      analysis_.named_in_literals.push_back(found);
  }

  static const Source* find_source(std::string_view alias, const Scope& scope) {
    for (const Scope* at = &scope; at != nullptr; at = at->outer) {
      for (const Source& source : at->sources) {
        if (source.alias == alias)
          return &source;
      }
    }
    return nullptr;
  }

  void use_column(const Name& relation, std::string column) {
    ColumnUse use{relation, std::move(column)};
    if (used_.insert(use).second)
      analysis_.columns.push_back(std::move(use));
  }

  /// Whether the source has it, or may have it.
  bool is_in(const Source& source, std::string_view name) {
    if (source.find(name) != nullptr) {
      if (source.is_relation)
        use_column(source.relation, std::string(name));
      return true;
    }
    return !source.is_known ||
           std::find(kSystemColumns.begin(), kSystemColumns.end(), name) != kSystemColumns.end();
  }

  void column(const PgQuery__ColumnRef& reference, const Scope& scope) {
    const auto fields = list(reference.fields, reference.n_fields);
    if (fields.empty())
      return;
    // The row as a whole, as in count(t.*): PostgreSQL notes the table, and none of its columns.
    if (as<PgQuery__AStar>(fields.back()) != nullptr)
      return;
    if (fields.size() == 1)
      return bare_column(reference, string_value(fields[0]), scope);
    const std::string_view alias = string_value(fields[fields.size() - 2]);
    const std::string_view name = string_value(fields.back());
    const Source* source = find_source(alias, scope);
    if (source == nullptr || is_in(*source, name))
      return;
    // t.f is also f(t).
    if (is_function(name))
      return;
    analysis_.missing_columns.push_back(
        {std::string(name), source->shown, source->relation, reference.location});
  }

  bool is_function(std::string_view name) const {
    return std::any_of(catalog_.functions.all().begin(), catalog_.functions.all().end(),
                       [&](const auto& entry) { return entry.first.name == name; });
  }

  void bare_column(const PgQuery__ColumnRef& reference, std::string_view name, const Scope& scope) {
    for (const Scope* at = &scope; at != nullptr; at = at->outer) {
      bool may_be_here = false;
      for (const Source& source : at->sources) {
        if (source.find(name) != nullptr) {
          is_in(source, name);
          return;
        }
        may_be_here = may_be_here || is_in(source, name) || source.alias == name;
      }
      // Of the row as a whole no column is noted.
      if (may_be_here || at->outputs.count(name) != 0)
        return;
    }
    // Looked for in one relation: it can be said which.
    const bool is_one = scope.sources.size() == 1;
    analysis_.missing_columns.push_back({std::string(name), is_one ? scope.sources[0].shown : "",
                                         is_one ? scope.sources[0].relation : Name(),
                                         reference.location});
  }

  // ---- names and types of output columns -----------------------------------------------------

  /// As FigureColname() in PostgreSQL's parse_target.c.
  static std::string output_name(const Node* node) {
    const std::string name = figured_name(node);
    return name.empty() ? "?column?" : name;
  }

 public:
  /// 2 for a good name, 1 for one that is better than none.
  static int figure_name(const Node* node, std::string& name) {
    if (node == nullptr)
      return 0;
    const auto found = [&](std::string_view text, int quality) {
      name = text;
      return quality;
    };
    switch (node->node_case) {
      case PG_QUERY__NODE__NODE_COLUMN_REF: {
        const auto* column = node->column_ref;
        return column->n_fields == 0 ? 0
                                     : found(string_value(column->fields[column->n_fields - 1]), 2);
      }
      case PG_QUERY__NODE__NODE_A_INDIRECTION: {
        const auto* access = node->a_indirection;
        for (std::size_t i = access->n_indirection; i > 0; --i) {
          if (as<PgQuery__String>(access->indirection[i - 1]) != nullptr)
            return found(string_value(access->indirection[i - 1]), 2);
        }
        return figure_name(access->arg, name);
      }
      case PG_QUERY__NODE__NODE_FUNC_CALL: {
        const auto* call = node->func_call;
        return call->n_funcname == 0 ? 0
                                     : found(string_value(call->funcname[call->n_funcname - 1]), 2);
      }
      case PG_QUERY__NODE__NODE_A_EXPR:
        return node->a_expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF ? found("nullif", 2) : 0;
      case PG_QUERY__NODE__NODE_TYPE_CAST: {
        const int strength = figure_name(node->type_cast->arg, name);
        const auto* type = node->type_cast->type_name;
        if (strength <= 1 && type != nullptr && type->n_names > 0)
          return found(string_value(type->names[type->n_names - 1]), 1);
        return strength;
      }
      case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        return figure_name(node->collate_clause->arg, name);
      case PG_QUERY__NODE__NODE_GROUPING_FUNC:
        return found("grouping", 2);
      case PG_QUERY__NODE__NODE_SUB_LINK:
        return figure_sublink(*node->sub_link, name);
      case PG_QUERY__NODE__NODE_CASE_EXPR: {
        const int strength = figure_name(node->case_expr->defresult, name);
        return strength <= 1 ? found("case", 1) : strength;
      }
      case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
        return found("array", 2);
      case PG_QUERY__NODE__NODE_ROW_EXPR:
        return found("row", 2);
      case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        return found("coalesce", 2);
      case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
        return found(
            node->min_max_expr->op == PG_QUERY__MIN_MAX_OP__IS_GREATEST ? "greatest" : "least", 2);
      case PG_QUERY__NODE__NODE_XML_EXPR:
        return figure_xml(node->xml_expr->op, name);
      case PG_QUERY__NODE__NODE_XML_SERIALIZE:
        return found("xmlserialize", 2);
      case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
        return figure_value_function(node->sqlvalue_function->op, name);
      default:
        return 0;
    }
  }

 private:
  static int figure_sublink(const PgQuery__SubLink& link, std::string& name) {
    switch (link.sub_link_type) {
      case PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK:
        name = "exists";
        return 2;
      case PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK:
        name = "array";
        return 2;
      case PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK: {
        const auto* select = as<PgQuery__SelectStmt>(link.subselect);
        while (select != nullptr && select->larg != nullptr) select = select->larg;
        const auto* target = select == nullptr || select->n_target_list == 0
                                 ? nullptr
                                 : as<PgQuery__ResTarget>(select->target_list[0]);
        if (target == nullptr)
          return 0;
        if (!std::string_view(target->name).empty()) {
          name = target->name;
          return 2;
        }
        return figure_name(target->val, name);
      }
      default:
        return 0;
    }
  }

  static int figure_xml(PgQuery__XmlExprOp op, std::string& name) {
    switch (op) {
      case PG_QUERY__XML_EXPR_OP__IS_XMLCONCAT:
        name = "xmlconcat";
        break;
      case PG_QUERY__XML_EXPR_OP__IS_XMLELEMENT:
        name = "xmlelement";
        break;
      case PG_QUERY__XML_EXPR_OP__IS_XMLFOREST:
        name = "xmlforest";
        break;
      case PG_QUERY__XML_EXPR_OP__IS_XMLPARSE:
        name = "xmlparse";
        break;
      case PG_QUERY__XML_EXPR_OP__IS_XMLPI:
        name = "xmlpi";
        break;
      case PG_QUERY__XML_EXPR_OP__IS_XMLROOT:
        name = "xmlroot";
        break;
      default:  // IS DOCUMENT has none
        return 0;
    }
    return 2;
  }

  static int figure_value_function(PgQuery__SQLValueFunctionOp op, std::string& name) {
    switch (op) {
      case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_DATE:
        name = "current_date";
        break;
      case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME:
      case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME_N:
        name = "current_time";
        break;
      case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP:
      case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP_N:
        name = "current_timestamp";
        break;
      case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME:
      case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME_N:
        name = "localtime";
        break;
      case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP:
      case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP_N:
        name = "localtimestamp";
        break;
      case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_ROLE:
        name = "current_role";
        break;
      case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_USER:
        name = "current_user";
        break;
      case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_SESSION_USER:
        name = "session_user";
        break;
      case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_USER:
        name = "user";
        break;
      case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_CATALOG:
        name = "current_catalog";
        break;
      default:
        name = "current_schema";
        break;
    }
    return 2;
  }

  /// Of a column, or a cast; otherwise unknown.
  Type type_of(const Node* node, const Scope& scope) const {
    if (const auto* cast = as<PgQuery__TypeCast>(node);
        cast != nullptr && cast->type_name != nullptr)
      return catalog_.resolved(read_type(*cast->type_name));
    const auto* reference = as<PgQuery__ColumnRef>(node);
    if (reference == nullptr || reference->n_fields == 0)
      return {};
    const std::string_view name = string_value(reference->fields[reference->n_fields - 1]);
    if (reference->n_fields >= 2) {
      const Source* source =
          find_source(string_value(reference->fields[reference->n_fields - 2]), scope);
      const OutputColumn* found = source == nullptr ? nullptr : source->find(name);
      return found == nullptr ? Type() : found->type;
    }
    for (const Source& source : scope.sources) {
      if (const OutputColumn* found = source.find(name))
        return found->type;
    }
    return {};
  }

  const Catalog& catalog_;
  Analysis analysis_;
  std::set<ColumnUse> used_;
  std::vector<std::unique_ptr<Scope>> bare_scopes_;
};

}  // namespace

Analysis analyze(const Catalog& catalog, const Node& statement) {
  Analyzer analyzer(catalog);
  analyzer.statement(statement);
  return analyzer.take();
}

std::shared_ptr<const Analysis> analyze_once(const Catalog& catalog, const Node& statement) {
  Catalog::LastAnalysis& last = catalog.last_analysis();
  const std::uint64_t version = catalog.version();
  if (last.analysis == nullptr || last.statement != &statement || last.version != version)
    last = {&statement, version, std::make_shared<const Analysis>(analyze(catalog, statement))};
  return last.analysis;
}

Analysis analyze_expression(const Catalog& catalog, const Relation* relation,
                            const Node* expression) {
  Analyzer analyzer(catalog);
  analyzer.expression_of(relation, expression, {});
  return analyzer.take();
}

Analysis analyze_row_expression(const Catalog& catalog, const Relation* relation,
                                const Node* expression) {
  constexpr auto kRows = std::to_array<std::string_view>({"new", "old"});
  Analyzer analyzer(catalog);
  analyzer.expression_of(relation, expression, kRows);
  return analyzer.take();
}

std::string figured_name(const Node* expression) {
  std::string name;
  Analyzer::figure_name(expression, name);
  return name;
}

SharedReferences to_references(const Catalog& catalog, const Analysis& analysis) {
  References references;
  for (const RelationUse& use : analysis.relations) references.relations.push_back(use.name);
  for (const Name& name : analysis.named_in_literals) references.relations.push_back(name);
  references.columns = analysis.columns;
  for (const FunctionUse& use : analysis.functions) {
    if (use.is_known)
      references.functions.push_back(use.name);
  }
  for (const TypeUse& use : analysis.types) {
    const Type type = catalog.resolved(read_type(*use.type));
    if (catalog.types.find({type.schema, type.name}) != nullptr)
      references.types.push_back({type.schema, type.name});
  }
  return references.empty() ? nullptr : std::make_shared<const References>(std::move(references));
}

}  // namespace godwit::codegen::catalog
