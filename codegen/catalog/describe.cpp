// SPDX-License-Identifier: Apache-2.0
//
// Keys spell names with their schema, but for public. Orders that mean nothing (of constraints, of
// tables) do not show; the order of columns does not either, since ADD COLUMN can only append.
#include "catalog/describe.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "catalog/settings.hpp"

namespace godwit::codegen::catalog {
namespace {

std::string joined(const std::vector<std::string>& names, const Spelling& spelling) {
  std::string text;
  for (const std::string& name : names) {
    text += text.empty() ? "" : ", ";
    text += name.empty() ? std::string(spelling.expression()) : spelling.identifier(name);
  }
  return text;
}

std::string_view word_for(RelationKind kind) {
  switch (kind) {
    case RelationKind::kTable:
    case RelationKind::kPartitionedTable:
      return "table";
    case RelationKind::kForeignTable:
      return "foreign table";
    case RelationKind::kView:
      return "view";
    case RelationKind::kMaterializedView:
      return "materialized view";
    case RelationKind::kSequence:
      return "sequence";
    case RelationKind::kCompositeType:
      return "type";
  }
  return "relation";
}

std::string key_of(RelationKind kind, const std::string& name) {
  return fmt::format("{} {}", word_for(kind), name);
}

/// Of a part of the relation `name`.
std::string key_of(std::string_view kind, const std::string& name, const std::string& part) {
  return fmt::format("{} {}.{}", kind, name, part);
}

std::string describe_constraint(const Constraint& constraint, const Spelling& spelling) {
  std::string text;
  switch (constraint.kind) {
    case ConstraintKind::kCheck:
      text = "CHECK";
      break;
    case ConstraintKind::kPrimaryKey:
      text = fmt::format("PRIMARY KEY ({})", joined(constraint.columns, spelling));
      break;
    case ConstraintKind::kUnique:
      text = fmt::format("UNIQUE ({})", joined(constraint.columns, spelling));
      break;
    case ConstraintKind::kExclusion:
      text = "EXCLUDE";
      break;
    case ConstraintKind::kForeignKey:
      text =
          fmt::format("FOREIGN KEY ({}) REFERENCES {} ({})", joined(constraint.columns, spelling),
                      spelling.name(constraint.referenced_table),
                      joined(constraint.referenced_columns, spelling));
      if (const auto on_update = referential_action(constraint.on_update); !on_update.empty())
        text += fmt::format(" ON UPDATE {}", on_update);
      if (const auto on_delete = referential_action(constraint.on_delete); !on_delete.empty())
        text += fmt::format(" ON DELETE {}", on_delete);
      break;
  }
  text += constraint.is_deferrable ? " DEFERRABLE" : "";
  text += constraint.is_initially_deferred ? " INITIALLY DEFERRED" : "";
  text += constraint.is_validated ? "" : " NOT VALID";
  return text;
}

std::string describe_trigger(const Trigger& trigger, const Spelling& spelling) {
  std::string events;
  const auto add = [&](bool is_on, std::string_view event) {
    if (is_on)
      events += fmt::format("{}{}", events.empty() ? "" : " OR ", event);
  };
  add(trigger.on_insert, "INSERT");
  add(trigger.on_update, "UPDATE");
  add(trigger.on_delete, "DELETE");
  add(trigger.on_truncate, "TRUNCATE");
  const std::string function = spelling.function(trigger.function);
  if (function == kUntold)
    return function;
  return fmt::format("{} FOR EACH {} {}{}", events, trigger.is_for_each_row ? "ROW" : "STATEMENT",
                     function, trigger.is_enabled ? "" : " disabled");
}

/// Settings are not compared with a server's.
std::string settings_text(const Settings& settings, const Spelling& spelling) {
  return spelling.is_servers() ? std::string() : to_text(settings);
}

void describe_sequence(const Relation& sequence, Lines& lines, const Spelling& spelling) {
  std::string text = "sequence";
  if (sequence.owned_by)
    text += fmt::format(" owned by {}.{}", spelling.name(sequence.owned_by->relation),
                        spelling.identifier(sequence.owned_by->column));
  text += settings_text(sequence.settings, spelling);
  lines[key_of(RelationKind::kSequence, spelling.name(sequence.name))] = {text, 0};
}

bool has_untold_part(const UserType& type, const Spelling& spelling) {
  if (type.kind == TypeKind::kDomain)
    return spelling.type(type.base) == kUntold;
  return type.kind == TypeKind::kComposite &&
         std::any_of(type.attributes.begin(), type.attributes.end(),
                     [&](const Column& column) { return spelling.type(column.type) == kUntold; });
}

template <class T, class Describe>
void describe_all(const Store<T>& store, const Describe& describe) {
  for (const auto& [name, object] : store.all()) describe(*object);
}

}  // namespace

std::string_view referential_action(std::string_view letter) noexcept {
  if (letter == "r")
    return "RESTRICT";
  if (letter == "c")
    return "CASCADE";
  if (letter == "n")
    return "SET NULL";
  return letter == "d" ? "SET DEFAULT" : "";
}

void describe(const Relation& relation, Lines& lines, const Spelling& spelling) {
  describe(relation, nullptr, lines, spelling);
}

void describe(const Relation& relation, const Relation* other, Lines& lines,
              const Spelling& spelling) {
  if (relation.name.schema == kTemporarySchema)
    return;
  if (relation.kind == RelationKind::kSequence)
    return describe_sequence(relation, lines, spelling);
  const std::string name = spelling.name(relation.name);
  std::string text(word_for(relation.kind));
  if (relation.kind == RelationKind::kPartitionedTable)
    text += fmt::format(" partitioned by ({})", joined(relation.partition_key, spelling));
  if (relation.partition_of)
    text += " partition of " + spelling.name(*relation.partition_of);
  for (const Name& parent : relation.parents) text += " inherits " + spelling.name(parent);
  text += relation.is_unlogged ? " unlogged" : "";
  text += relation.has_row_security ? " with row security" : "";
  text += relation.forces_row_security ? " forced" : "";
  text += settings_text(relation.settings, spelling);
  lines[key_of(relation.kind, name)] = {text, relation.shape};
  // A part that both have in the same place, as it mostly is, is found at once.
  const auto is_same = [&](const auto& parts, std::size_t i, auto Relation::*of_other) {
    if (other == nullptr)
      return false;
    const auto& others = other->*of_other;
    return (i < others.size() && others[i] == parts[i]) ||
           std::find(others.begin(), others.end(), parts[i]) != others.end();
  };
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    const Column& column = relation.columns[i];
    if (is_same(relation.columns, i, &Relation::columns))
      continue;
    std::string about = column.type.is_known() ? spelling.type(column.type) : "unknown";
    about += column.is_not_null ? " not null" : "";
    about += column.is_identity ? " identity" : "";
    about += column.is_identity_always && !spelling.is_servers() ? " always" : "";
    about += column.is_generated ? " generated" : "";
    const bool has_expression = column.has_default || column.is_generated;
    const bool is_null_kept = !has_expression && column.default_shape != 0;
    about += column.has_default || (is_null_kept && spelling.is_servers()) ? " default" : "";
    about += settings_text(column.settings, spelling);
    if (spelling.is_servers() && spelling.type(column.type) == kUntold)
      about = kUntold;
    lines[key_of("column", name, spelling.identifier(column.name))] = {
        about, has_expression ? column.default_shape : 0};
  }
  for (std::size_t i = 0; i < relation.constraints.size(); ++i) {
    const Constraint& constraint = relation.constraints[i];
    if (!is_same(relation.constraints, i, &Relation::constraints))
      lines[key_of("constraint", name, spelling.identifier(constraint.name))] = {
          describe_constraint(constraint, spelling), constraint.expression_shape};
  }
  for (const Trigger& trigger : relation.triggers)
    lines[key_of("trigger", name, spelling.identifier(trigger.name))] = {
        describe_trigger(trigger, spelling), trigger.shape};
  for (const Policy& policy : relation.policies)
    lines[key_of("policy", name, spelling.identifier(policy.name))] = {"policy", policy.shape};
  for (const RewriteRule& rule : relation.rules)
    lines[key_of("rule", name, spelling.identifier(rule.name))] = {"rule", rule.shape};
}

void describe(const Index& index, Lines& lines, const Spelling& spelling) {
  // Those of constraints are described there.
  if (index.backs_constraint || index.table.schema == kTemporarySchema)
    return;
  std::string text = fmt::format("{}index on {} ({})", index.is_unique ? "unique " : "",
                                 spelling.name(index.table), joined(index.columns, spelling));
  if (index.method != "btree")
    text += " using " + index.method;
  if (!index.included.empty())
    text += fmt::format(" include ({})", joined(index.included, spelling));
  if (index.is_partial)
    text += fmt::format(" where {}", spelling.expression());
  if (spelling.is_servers() && index.has_cast)
    text = kUntold;
  std::uint64_t shape = index.predicate_shape;
  for (const std::uint64_t element : index.elements) shape = shape * 31 + element;
  lines["index " + spelling.name(index.name)] = {text, shape};
}

void describe(const UserType& type, Lines& lines, const Spelling& spelling) {
  std::string text;
  std::uint64_t shape = 0;
  switch (type.kind) {
    case TypeKind::kEnum:
      text = "enum (";
      for (const std::string& value : type.values)
        text += fmt::format("{}'{}'", text.back() == '(' ? "" : ", ", value);
      text += ')';
      break;
    case TypeKind::kDomain:
      text = fmt::format("domain over {}{}{}", spelling.type(type.base),
                         type.is_not_null ? " not null" : "", type.has_default ? " default" : "");
      for (const Constraint& constraint : type.constraints) {
        text += fmt::format(" {}{}", spelling.identifier(constraint.name),
                            constraint.is_validated ? "" : " NOT VALID");
        shape = shape * 31 + constraint.expression_shape;
      }
      break;
    case TypeKind::kComposite:
      text = "composite (";
      for (const Column& column : type.attributes)
        text += fmt::format("{}{} {}", text.back() == '(' ? "" : ", ",
                            spelling.identifier(column.name), spelling.type(column.type));
      text += ')';
      break;
    case TypeKind::kRange:
      text = "range";
      break;
    case TypeKind::kOther:
      text = "type";
      break;
  }
  if (spelling.is_servers() && has_untold_part(type, spelling))
    text = kUntold;
  lines["type " + spelling.name(type.name)] = {text, shape};
}

void describe(const Function& function, Lines& lines, const Spelling& spelling) {
  if (function.name.schema == kTemporarySchema)
    return;
  for (const Overload& overload : function.overloads) {
    std::string arguments;
    bool has_name = true;
    for (const Type& argument : overload.arguments) {
      const std::string shown = spelling.type(argument, true);
      has_name = has_name && shown != kUntold;
      arguments += (arguments.empty() ? "" : ", ") + shown;
    }
    if (!has_name)
      continue;
    std::string_view kind = overload.is_procedure ? "procedure" : "function";
    if (overload.is_aggregate)
      kind = "aggregate";
    std::string text(kind);
    const std::string returns = spelling.type(overload.returns, spelling.is_servers());
    if (spelling.is_servers() && kind == "function" && returns == kUntold)
      text = kUntold;
    else if (overload.returns.is_known())
      text += fmt::format(" returns {}{}", overload.returns_set ? "setof " : "", returns);
    if (text != kUntold)
      text += settings_text(overload.settings, spelling);
    lines[fmt::format("{} {}({})", kind, spelling.name(function.name), arguments)] = {
        text, overload.shape};
  }
}

void describe(const Schema& schema, Lines& lines, const Spelling& spelling) {
  lines["schema " + spelling.identifier(schema.name)] = {"schema", 0};
}

void describe(const Extension& extension, Lines& lines, const Spelling& spelling) {
  lines["extension " + spelling.identifier(extension.name)] = {"extension", 0};
}

namespace {

void describe(const OtherObject& other, Lines& lines) {
  lines[other.kind + ' ' + other.name] = {other.kind, other.shape};
}

/// Calls `describe_pair(store, one)` for each store, where one(object, other, lines) describes an
/// object without the parts that `other` has alike.
template <class DescribePair>
void for_each_store(const Catalog& catalog, const DescribePair& describe_pair) {
  const auto describe_one = [](const auto& object, const auto* /*other*/, Lines& lines) {
    describe(object, lines);
  };
  const auto describe_relation = [](const Relation& object, const Relation* other, Lines& lines) {
    describe(object, other, lines);
  };
  describe_pair(catalog.relations, describe_relation);
  describe_pair(catalog.indexes, describe_one);
  describe_pair(catalog.types, describe_one);
  describe_pair(catalog.functions, describe_one);
  describe_pair(catalog.schemas, describe_one);
  describe_pair(catalog.extensions, describe_one);
  describe_pair(catalog.others, describe_one);
}

/// Calls `each(kind, name)` for the parts of a relation that have a key of their own.
template <class Each>
void for_each_part(const Relation& relation, const Each& each) {
  for (const Column& column : relation.columns) each("column", column.name);
  for (const Constraint& constraint : relation.constraints) each("constraint", constraint.name);
  for (const Trigger& trigger : relation.triggers) each("trigger", trigger.name);
  for (const Policy& policy : relation.policies) each("policy", policy.name);
  for (const RewriteRule& rule : relation.rules) each("rule", rule.name);
}

/// The keys of an object, and of it alone where `other` has its parts as well.
void add_keys(const Relation& relation, const Relation* other, std::vector<std::string>& keys) {
  if (relation.name.schema == kTemporarySchema)
    return;
  const Spelling spelling;
  const std::string name = spelling.name(relation.name);
  const bool is_same = other != nullptr && word_for(other->kind) == word_for(relation.kind);
  if (!is_same)
    keys.push_back(key_of(relation.kind, name));
  if (relation.kind == RelationKind::kSequence)
    return;
  using Parts = std::vector<std::pair<std::string_view, std::string_view>>;
  Parts known;
  if (is_same)
    for_each_part(*other, [&](std::string_view kind, const std::string& part) {
      known.emplace_back(kind, part);
    });
  std::size_t i = 0;
  for_each_part(relation, [&](std::string_view kind, const std::string& part) {
    const std::pair<std::string_view, std::string_view> wanted(kind, part);
    const bool is_in_place = i < known.size() && known[i] == wanted;
    ++i;
    if (!is_in_place && std::find(known.begin(), known.end(), wanted) == known.end())
      keys.push_back(key_of(kind, name, spelling.identifier(part)));
  });
}

template <class Object>
void add_keys(const Object& object, const Object* /*other*/, std::vector<std::string>& keys) {
  Lines lines;
  describe(object, lines);
  for (const auto& [key, line] : lines) keys.push_back(key);
}

/// "crm.notes" of "column crm.notes.body".
bool is_part_of(std::string_view key, std::string_view name) {
  const std::size_t blank = key.find(' ');
  return blank != std::string_view::npos && key.substr(blank + 1).starts_with(name) &&
         key.substr(blank + 1 + name.size()).starts_with('.');
}

}  // namespace

Lines describe(const Catalog& catalog) {
  Lines lines;
  describe_all(catalog.relations, [&](const Relation& object) { describe(object, lines); });
  describe_all(catalog.indexes, [&](const Index& object) { describe(object, lines); });
  describe_all(catalog.types, [&](const UserType& object) { describe(object, lines); });
  describe_all(catalog.functions, [&](const Function& object) { describe(object, lines); });
  describe_all(catalog.schemas, [&](const Schema& object) { describe(object, lines); });
  describe_all(catalog.extensions, [&](const Extension& object) { describe(object, lines); });
  describe_all(catalog.others, [&](const OtherObject& object) { describe(object, lines); });
  return lines;
}

std::vector<Difference> diff(const Lines& before, const Lines& after) {
  std::vector<Difference> differences;
  std::vector<std::string> whole;  // names of tables that are missing or extra
  const auto note = [&](DifferenceKind kind, const std::string& key, std::string was,
                        std::string is) {
    differences.push_back({kind, key, std::move(was), std::move(is)});
    for (const std::string_view word :
         {"table ", "view ", "materialized view ", "foreign table "}) {
      if (key.starts_with(word) && kind != DifferenceKind::kChanged &&
          kind != DifferenceKind::kRewritten)
        whole.push_back(key.substr(word.size()));
    }
  };
  for (const auto& [key, line] : before) {
    const auto other = after.find(key);
    if (other == after.end())
      note(DifferenceKind::kMissing, key, line.text, "");
    else if (other->second.text != line.text)
      note(DifferenceKind::kChanged, key, line.text, other->second.text);
    else if (other->second.shape != line.shape)
      note(DifferenceKind::kRewritten, key, line.text, line.text);
  }
  for (const auto& [key, line] : after) {
    if (before.find(key) == before.end())
      note(DifferenceKind::kExtra, key, "", line.text);
  }
  std::erase_if(differences, [&](const Difference& difference) {
    if (std::any_of(whole.begin(), whole.end(),
                    [&](const std::string& name) { return is_part_of(difference.key, name); }))
      return true;
    // A table's indexes and sequences come and go with it.
    const std::string& text = difference.before.empty() ? difference.after : difference.before;
    return std::any_of(whole.begin(), whole.end(), [&](const std::string& name) {
      return text.find("index on " + name + " (") != std::string::npos ||
             text.starts_with("sequence owned by " + name + '.');
    });
  });
  std::sort(differences.begin(), differences.end(),
            [](const Difference& a, const Difference& b) { return a.key < b.key; });
  return differences;
}

std::vector<Difference> diff(const Catalog& before, const Catalog& after) {
  return diff(describe(before), describe(after));
}

void describe_touched(const Catalog& catalog, Lines& before, Lines& after) {
  before.clear();
  after.clear();
  for_each_store(catalog, [&](const auto& store, const auto& describe_one) {
    for (const auto& [name, object] : store.before()) {
      const auto* was = object.get();
      const auto* now = store.find(name);
      if (was == now)
        continue;
      if (was != nullptr)
        describe_one(*was, now, before);
      if (now != nullptr)
        describe_one(*now, was, after);
    }
  });
}

ChangedKeys changed_keys(const Catalog& catalog, const std::unordered_set<std::string>& names) {
  ChangedKeys keys;
  std::vector<std::string> gone;
  for_each_store(catalog, [&](const auto& store, const auto& /*describe_one*/) {
    for (const auto& [name, object] : store.before()) {
      const auto* was = object.get();
      const auto* now = store.find(name);
      if (was == now || (was == nullptr && !names.contains(name.name)))
        continue;
      if (was != nullptr) {
        gone.clear();
        add_keys(*was, now, gone);
        for (std::string& key : gone) keys.gone.push_back({std::move(key), name.name});
      }
      if (now != nullptr)
        add_keys(*now, was, keys.made);
    }
  });
  return keys;
}

void describe_touched_before_trial(const Catalog& catalog, Lines& before, Lines& after) {
  before.clear();
  after.clear();
  for_each_store(catalog, [&](const auto& store, const auto& describe_one) {
    for (const auto& [name, touch] : store.touched_before_trial()) {
      const auto* was = touch.before.get();
      const auto* then = touch.after.get();
      if (was != nullptr && was != then)
        describe_one(*was, then, before);
      if (then != nullptr && was != then)
        describe_one(*then, was, after);
    }
  });
}

std::vector<Difference> diff_since_recording(const Catalog& catalog) {
  Lines before;
  Lines after;
  describe_touched(catalog, before, after);
  return diff(before, after);
}

std::string to_string(const Difference& difference) {
  switch (difference.kind) {
    case DifferenceKind::kMissing:
      return fmt::format("{} is missing", difference.key);
    case DifferenceKind::kExtra:
      return fmt::format("{} is left", difference.key);
    case DifferenceKind::kChanged:
      return fmt::format("{} is `{}` and was `{}`", difference.key, difference.after,
                         difference.before);
    case DifferenceKind::kRewritten:
      return fmt::format("{} is written differently", difference.key);
  }
  return difference.key;
}

}  // namespace godwit::codegen::catalog
