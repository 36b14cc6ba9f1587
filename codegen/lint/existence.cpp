// SPDX-License-Identifier: Apache-2.0
//
// A name that no migration makes may be a slip of the pen, or the work of others: an extension, the
// platform (auth.users), a dump that the history rests on. It is an error where the catalog is
// certain, a warning where SQL that nobody could read came before, and it is said once in the set.
#include "lint/existence.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "source/words.hpp"

namespace godwit::codegen::lint {
namespace {

template <std::size_t N>
bool is_in(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Extensions that bring no tables and views along.
constexpr auto kWithoutRelations = std::to_array<std::string_view>(
    {"pgcrypto",      "uuid-ossp",     "citext",     "hstore",     "ltree",
     "pg_trgm",       "btree_gin",     "btree_gist", "intarray",   "unaccent",
     "vector",        "fuzzystrmatch", "isn",        "cube",       "tablefunc",
     "earthdistance", "plpgsql",       "lo",         "seg",        "xml2",
     "bloom",         "dict_int",      "pg_uuidv7",  "pg_hashids", "tsm_system_rows"});

/// Types of pg_catalog that people write; those of `pg_…` and `reg…` are told by their names.
constexpr auto kBuiltinTypes = std::to_array<std::string_view>({"bool",
                                                                "bytea",
                                                                "char",
                                                                "name",
                                                                "int8",
                                                                "int2",
                                                                "int2vector",
                                                                "int4",
                                                                "text",
                                                                "oid",
                                                                "tid",
                                                                "xid",
                                                                "xid8",
                                                                "cid",
                                                                "oidvector",
                                                                "json",
                                                                "jsonb",
                                                                "jsonpath",
                                                                "xml",
                                                                "point",
                                                                "lseg",
                                                                "path",
                                                                "box",
                                                                "polygon",
                                                                "line",
                                                                "circle",
                                                                "float4",
                                                                "float8",
                                                                "unknown",
                                                                "money",
                                                                "macaddr",
                                                                "macaddr8",
                                                                "inet",
                                                                "cidr",
                                                                "bpchar",
                                                                "varchar",
                                                                "date",
                                                                "time",
                                                                "timestamp",
                                                                "timestamptz",
                                                                "interval",
                                                                "timetz",
                                                                "bit",
                                                                "varbit",
                                                                "numeric",
                                                                "refcursor",
                                                                "uuid",
                                                                "txid_snapshot",
                                                                "tsvector",
                                                                "gtsvector",
                                                                "tsquery",
                                                                "int4range",
                                                                "numrange",
                                                                "tsrange",
                                                                "tstzrange",
                                                                "daterange",
                                                                "int8range",
                                                                "int4multirange",
                                                                "nummultirange",
                                                                "tsmultirange",
                                                                "tstzmultirange",
                                                                "datemultirange",
                                                                "int8multirange",
                                                                "record",
                                                                "cstring",
                                                                "any",
                                                                "anyarray",
                                                                "anyelement",
                                                                "anynonarray",
                                                                "anyenum",
                                                                "anyrange",
                                                                "anymultirange",
                                                                "anycompatible",
                                                                "void",
                                                                "trigger",
                                                                "event_trigger",
                                                                "language_handler",
                                                                "internal",
                                                                "aclitem",
                                                                "anycompatiblearray",
                                                                "anycompatiblenonarray",
                                                                "anycompatiblerange",
                                                                "anycompatiblemultirange",
                                                                "fdw_handler",
                                                                "index_am_handler",
                                                                "tsm_handler",
                                                                "table_am_handler",
                                                                "information_schema"});

/// Types of extensions that a DBA may have installed beforehand.
constexpr auto kExtensionTypes = std::to_array<std::string_view>(
    {"citext",    "hstore",    "ltree",        "lquery", "ltxtquery",
     "geometry",  "geography", "raster",       "box2d",  "box3d",
     "vector",    "halfvec",   "sparsevec",    "cube",   "seg",
     "isbn",      "isbn13",    "issn",         "ean13",  "upc",
     "hll",       "semver",    "lo",           "earth",  "query_int",
     "gtrgm",     "h3index",   "ulid",         "mpq",    "uint8",
     "uint4",     "uint2",     "topogeometry", "agtype", "pgroonga_condition",
     "bm25query", "email"});

/// Where other tools keep what they have applied, when they are not told otherwise. What such a
/// tool ran on has it, though no migration makes it.
constexpr auto kHistoriesOfTools = std::to_array<std::string_view>({"__diesel_schema_migrations",
                                                                    "_sqlx_migrations",
                                                                    "refinery_schema_history",
                                                                    "seaql_migrations",
                                                                    "schema_migrations",
                                                                    "schema_migration",
                                                                    "flyway_schema_history",
                                                                    "schema_version",
                                                                    "databasechangelog",
                                                                    "databasechangeloglock",
                                                                    "goose_db_version",
                                                                    "gorp_migrations",
                                                                    "bun_migrations",
                                                                    "atlas_schema_revisions",
                                                                    "_prisma_migrations",
                                                                    "__drizzle_migrations",
                                                                    "knex_migrations",
                                                                    "knex_migrations_lock",
                                                                    "pgmigrations",
                                                                    "migrations",
                                                                    "SequelizeMeta",
                                                                    "kysely_migration",
                                                                    "mikro_orm_migrations",
                                                                    "alembic_version",
                                                                    "django_migrations",
                                                                    "ar_internal_metadata",
                                                                    "phinxlog",
                                                                    "doctrine_migration_versions",
                                                                    "__EFMigrationsHistory",
                                                                    "play_evolutions"});

std::string_view shorter(std::string_view text) {
  return text.empty() ? std::string_view("public") : text;
}

/// What became of it: "014_drop_users drops or renames it". Empty where nobody ever made it.
std::string fate_of(const Context& context, const catalog::Name& name, const Kinds& kinds) {
  const History& history = context.history();
  for (const std::string_view kind : kinds) {
    if (const auto gone = history.gone(fmt::format("{} {}", kind, catalog::quote_name(name))))
      return fmt::format("{} drops or renames it", history.name_of(gone->migration));
  }
  const auto made = history.made_before(name.name, context.index());
  if (made && *made == context.index())
    return "this migration makes it, and it is not there yet, or no longer";
  if (made)
    return fmt::format("{} makes it, and it is dropped or renamed by then", history.name_of(*made));
  return {};
}

/// What has the name in another schema: "sales.orders". Empty where nothing has, or two.
std::string namesake_of(const Context& context, const catalog::Name& name, bool is_type) {
  std::string found;
  const auto look = [&](const auto& all) {
    for (const auto& [other, object] : all) {
      if (other.name == name.name && other.schema != catalog::kTemporarySchema)
        found = found.empty() ? catalog::quote_name(other) : "?";
    }
  };
  if (is_type)
    look(context.catalog().types.all());
  else
    look(context.catalog().relations.all());
  return found == "?" ? std::string() : found;
}

std::vector<std::string> notes_for(const Context& context, const catalog::Name& name,
                                   bool is_relation) {
  std::vector<std::string_view> known;
  if (is_relation) {
    for (const auto& [other, relation] : context.catalog().relations.all())
      known.push_back(other.name);
  } else {
    for (const auto& [other, type] : context.catalog().types.all()) known.push_back(other.name);
  }
  std::sort(known.begin(), known.end());
  std::vector<std::string> notes;
  if (const auto near = closest(name.name, known); near && *near != name.name)
    notes.push_back(fmt::format("did you mean {}?", catalog::quote_identifier(*near)));
  notes.push_back(
      fmt::format("when others make it, say so, to add_migrations() by EXTERNAL {0}, "
                  "or to godwit lint by --external {0}",
                  catalog::quote_name(name)));
  return notes;
}

}  // namespace

bool is_foreign_territory(const Context& context, const catalog::Name& name) {
  if (name.schema == "pg_catalog" || name.schema == "information_schema" ||
      name.schema == "pg_toast" || name.schema == catalog::kTemporarySchema ||
      name.name.starts_with("pg_") || context.is_external(name))
    return true;
  const auto& extensions = context.catalog().extensions.all();
  return std::any_of(extensions.begin(), extensions.end(), [](const auto& entry) {
    return !is_in(kWithoutRelations, entry.second->name);
  });
}

bool is_foreign_type(const Context& context, const catalog::Type& type) {
  if (!type.is_known() || type.schema == "pg_catalog" || type.schema == "information_schema" ||
      type.name.starts_with("pg_") || type.name.starts_with("reg") || type.name.starts_with('_'))
    return true;
  return is_in(kBuiltinTypes, type.name) || is_in(kExtensionTypes, type.name) ||
         context.is_external({std::string(shorter(type.schema)), type.name});
}

std::optional<Severity> certainty(const Context& context, const catalog::Name& name) {
  const catalog::Catalog& catalog = context.catalog();
  // A schema that no migration makes belongs to somebody else, and so does what is in it.
  const bool is_own_schema = catalog.schemas.find({"", name.schema}) != nullptr;
  if (catalog.is_opaque || catalog.may_have_more || !is_own_schema ||
      context.history().begins_late())
    return Severity::kWarning;
  return Severity::kError;
}

void report_absent(Context& context, const Event& event, Place place, std::string_view rule,
                   std::string_view what, const catalog::Name& name, const Kinds& kinds) {
  const bool is_type = rule == "unknown-type";
  const auto later = context.history().made_later(name.name, context.index());
  const bool is_of_tool = !later && what == "relation" && is_in(kHistoriesOfTools, name.name);
  const std::string fate = is_of_tool ? std::string() : fate_of(context, name, kinds);
  auto severity = certainty(context, name);
  if (!severity)
    return;
  if (is_of_tool)
    severity = Severity::kWarning;
  // The history may begin before the set does: its first migration says so by what it takes for
  // granted.
  if (fate.empty() && !later && !is_of_tool && context.index() == 0 && !context.is_down()) {
    context.history().note_begins_late();
    severity = Severity::kWarning;
  }
  // SQL that nobody could read often makes partitions: their names are in no statement.
  if (fate.empty() && !later && context.catalog().is_opaque)
    return;
  const std::string shown = catalog::quote_name(name);
  const auto once = context.history().say_once(fmt::format("{} {}", what, shown));
  if (!once)
    return;
  std::string message = fmt::format("there is no {} {}: no migration makes it", what, shown);
  std::vector<std::string> notes;
  if (is_of_tool) {
    message += ", and only a database that another tool migrated has its history";
    notes = notes_for(context, name, !is_type);
  } else if (later) {
    rule = "forward-reference";
    message = fmt::format("the {} {} is only made in {}, which comes later", what, shown,
                          context.history().name_of(*later));
    notes = {"move this statement behind it, or make the other come first"};
  } else if (const std::string namesake = namesake_of(context, name, is_type); !namesake.empty()) {
    message = fmt::format("there is no {} {}: the one of that name is {}", what, shown, namesake);
    notes = {
        "write its schema, or set search_path here: what an earlier migration has set is gone by "
        "then"};
  } else if (!fate.empty()) {
    message = fmt::format("there is no {} {}: {}", what, shown, fate);
  } else {
    notes = notes_for(context, name, !is_type);
  }
  if (Diagnostic* finding =
          context.report(rule, event, place, std::move(message), std::move(notes), severity))
    finding->said_once = *once;
}

void report_absent_part(Context& context, const Event& event, Place place, std::string_view rule,
                        std::string_view what, const catalog::Relation& relation,
                        std::string_view part) {
  const auto severity = certainty(context, relation.name);
  if (!severity || context.is_external(relation.name))
    return;
  const std::string shown = catalog::quote_name(relation.name);
  const std::string key = fmt::format("{} {}.{}", what, shown, catalog::quote_identifier(part));
  const auto once = context.history().say_once(key);
  if (!once)
    return;
  std::vector<std::string_view> known;
  if (what == "column") {
    for (const catalog::Column& column : relation.columns) known.push_back(column.name);
  } else {
    for (const catalog::Constraint& constraint : relation.constraints)
      known.push_back(constraint.name);
  }
  std::vector<std::string> notes;
  const auto gone = context.history().gone(key);
  if (const auto near = closest(part, known); near && !gone)
    notes.push_back(fmt::format("did you mean {}?", catalog::quote_identifier(*near)));
  std::string message =
      fmt::format("{} has no {} {}", shown, what, catalog::quote_identifier(part));
  if (gone)
    message += fmt::format(": {} drops or renames it", context.history().name_of(gone->migration));
  if (Diagnostic* finding =
          context.report(rule, event, place, std::move(message), std::move(notes), severity))
    finding->said_once = *once;
}

bool can_judge(const Event& event, const Context& context) {
  return !context.is_alone() && is_unconditional(event);
}

bool is_unconditional(const Event& event) {
  return !event.is_conditional && event.guard.caught == 0 && !event.guard.on_undefined &&
         !event.guard.on_duplicate && !event.guard.if_absent && !event.guard.if_present;
}

bool is_surely_absent(const Context& context, const catalog::Name& name) {
  const catalog::Catalog& catalog = context.catalog();
  return !context.is_alone() && catalog.relations.find(name) == nullptr &&
         catalog.indexes.find(name) == nullptr && catalog.types.find(name) == nullptr &&
         !is_foreign_territory(context, name) && certainty(context, name) == Severity::kError;
}

bool is_certain(const catalog::Relation& relation) {
  return relation.has_known_shape && !relation.is_uncertain;
}

}  // namespace godwit::codegen::lint
