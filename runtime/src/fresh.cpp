// SPDX-License-Identifier: Apache-2.0
//
// fresh(): empties the database, and applies everything. What goes: all schemas that this role owns
// but the system's and extensions', with all that is in them; of `public`, and of a schema that
// holds an extension which stays, what is in it, so that its owner, grants, default privileges and
// comment stay as they are; event triggers, publications, foreign servers and wrappers, large
// objects; and the extensions that the migrations create. What this role does not own stays and is
// said.
//
// All of it goes in one transaction, that of the gate, the history with it. So a kill leaves either
// everything or an empty database, which `up` fills.
#include "activity.hpp"
#include "migrator_impl.hpp"

#include <godwit/database.hpp>

#include <algorithm>
#include <utility>

namespace godwit::detail {
namespace {

/// One thing to drop.
struct Object {
  std::string type;
  std::string schema;
  std::string identity;  ///< quoted
  std::int64_t bytes = 0;
  bool is_owned = false;
  bool goes_with_schema = false;
};

// Rows of: order, type, schema, quoted identity, bytes, is it ours, does it go with its schema.
// {0} is the operator =, {1} the extensions that the set creates, {2} <>.
constexpr std::string_view kInventory =
    "WITH staying AS (SELECT e.oid, e.extnamespace FROM pg_catalog.pg_extension AS e WHERE NOT "
    "(e.extname{0}ANY (CAST({1} AS pg_catalog.name[])) AND pg_catalog.pg_has_role(e.extowner, "
    "'USAGE'))), "
    "members AS (SELECT d.classid, d.objid, d.refobjid FROM pg_catalog.pg_depend AS d WHERE "
    "d.deptype{0}'e'), "
    "inside AS (SELECT d.refobjid AS schema, d.classid, d.objid FROM pg_catalog.pg_depend AS d "
    "WHERE "
    "d.refclassid{0}CAST('pg_catalog.pg_namespace' AS pg_catalog.regclass) AND d.deptype{0}'n' AND "
    "d.classid{2}CAST('pg_catalog.pg_extension' AS pg_catalog.regclass)), "
    "schemas AS (SELECT n.oid, n.nspname, pg_catalog.pg_has_role(n.nspowner, 'USAGE') AS is_ours, "
    "n.nspname{2}'public' AND pg_catalog.pg_has_role(n.nspowner, 'USAGE') AND NOT EXISTS (SELECT "
    "FROM staying AS s WHERE s.extnamespace{0}n.oid) AND NOT EXISTS (SELECT FROM inside AS i JOIN "
    "members AS m ON m.classid{0}i.classid AND m.objid{0}i.objid JOIN staying AS s ON "
    "s.oid{0}m.refobjid WHERE i.schema{0}n.oid) AS is_whole FROM pg_catalog.pg_namespace AS n "
    "WHERE "
    "NOT pg_catalog.starts_with(CAST(n.nspname AS pg_catalog.text), 'pg_') AND "
    "n.nspname{2}'information_schema' AND NOT EXISTS (SELECT FROM members AS m WHERE "
    "m.classid{0}CAST('pg_catalog.pg_namespace' AS pg_catalog.regclass) AND m.objid{0}n.oid)), "
    "contents AS (SELECT s.nspname, s.is_whole, i.classid, i.objid, COALESCE(c.relowner, "
    "p.proowner, "
    "t.typowner, o.oprowner, oc.opcowner, f.opfowner, l.collowner, v.conowner, g.cfgowner, "
    "w.dictowner, x.stxowner) AS owner, CASE WHEN c.relkind{0}ANY (CAST(ARRAY['r', 'm'] AS "
    "pg_catalog.\"char\"[])) THEN pg_catalog.pg_total_relation_size(c.oid) ELSE 0 END AS bytes, "
    "c.relkind FROM schemas AS s JOIN inside AS i ON i.schema{0}s.oid "
    "LEFT JOIN pg_catalog.pg_class AS c ON i.classid{0}CAST('pg_catalog.pg_class' AS "
    "pg_catalog.regclass) AND c.oid{0}i.objid "
    "LEFT JOIN pg_catalog.pg_proc AS p ON i.classid{0}CAST('pg_catalog.pg_proc' AS "
    "pg_catalog.regclass) AND p.oid{0}i.objid "
    "LEFT JOIN pg_catalog.pg_type AS t ON i.classid{0}CAST('pg_catalog.pg_type' AS "
    "pg_catalog.regclass) AND t.oid{0}i.objid "
    "LEFT JOIN pg_catalog.pg_operator AS o ON i.classid{0}CAST('pg_catalog.pg_operator' AS "
    "pg_catalog.regclass) AND o.oid{0}i.objid "
    "LEFT JOIN pg_catalog.pg_opclass AS oc ON i.classid{0}CAST('pg_catalog.pg_opclass' AS "
    "pg_catalog.regclass) AND oc.oid{0}i.objid "
    "LEFT JOIN pg_catalog.pg_opfamily AS f ON i.classid{0}CAST('pg_catalog.pg_opfamily' AS "
    "pg_catalog.regclass) AND f.oid{0}i.objid "
    "LEFT JOIN pg_catalog.pg_collation AS l ON i.classid{0}CAST('pg_catalog.pg_collation' AS "
    "pg_catalog.regclass) AND l.oid{0}i.objid "
    "LEFT JOIN pg_catalog.pg_conversion AS v ON i.classid{0}CAST('pg_catalog.pg_conversion' AS "
    "pg_catalog.regclass) AND v.oid{0}i.objid "
    "LEFT JOIN pg_catalog.pg_ts_config AS g ON i.classid{0}CAST('pg_catalog.pg_ts_config' AS "
    "pg_catalog.regclass) AND g.oid{0}i.objid "
    "LEFT JOIN pg_catalog.pg_ts_dict AS w ON i.classid{0}CAST('pg_catalog.pg_ts_dict' AS "
    "pg_catalog.regclass) AND w.oid{0}i.objid "
    "LEFT JOIN pg_catalog.pg_statistic_ext AS x ON i.classid{0}CAST('pg_catalog.pg_statistic_ext' "
    "AS "
    "pg_catalog.regclass) AND x.oid{0}i.objid "
    "WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid{0}i.classid AND "
    "d.objid{0}i.objid AND d.deptype{0}ANY (CAST(ARRAY['e', 'i', 'P', 'S'] AS "
    "pg_catalog.\"char\"[])) "
    // A partitioned table depends on its own columns.
    "AND (d.refclassid{2}d.classid OR d.refobjid{2}d.objid))), "
    "others AS (SELECT e.oid, CAST('pg_catalog.pg_event_trigger' AS pg_catalog.regclass) AS "
    "classid, "
    "e.evtowner AS owner FROM pg_catalog.pg_event_trigger AS e UNION ALL SELECT p.oid, "
    "CAST('pg_catalog.pg_publication' AS pg_catalog.regclass), p.pubowner FROM "
    "pg_catalog.pg_publication AS p UNION ALL SELECT s.oid, CAST('pg_catalog.pg_foreign_server' AS "
    "pg_catalog.regclass), s.srvowner FROM pg_catalog.pg_foreign_server AS s UNION ALL SELECT "
    "w.oid, "
    "CAST('pg_catalog.pg_foreign_data_wrapper' AS pg_catalog.regclass), w.fdwowner FROM "
    "pg_catalog.pg_foreign_data_wrapper AS w) "
    "SELECT CASE WHEN id.type{0}'event trigger' THEN 0 ELSE 5 END AS place, id.type, '' AS schema, "
    "id.identity, CAST(0 AS bigint) AS bytes, pg_catalog.pg_has_role(o.owner, 'USAGE'), false FROM "
    "others AS o CROSS JOIN LATERAL pg_catalog.pg_identify_object(o.classid, o.oid, 0) AS id WHERE "
    "NOT EXISTS (SELECT FROM members AS m WHERE m.classid{0}o.classid AND m.objid{0}o.oid) "
    "UNION ALL SELECT 1, 'schema', s.nspname, pg_catalog.quote_ident(s.nspname), 0, s.is_ours, "
    "false FROM schemas AS s WHERE s.is_whole OR NOT s.is_ours AND s.nspname{2}'public' "
    "UNION ALL SELECT CASE WHEN c.relkind IS NULL THEN 3 ELSE 2 END, id.type, c.nspname, "
    "id.identity, c.bytes, COALESCE(pg_catalog.pg_has_role(c.owner, 'USAGE'), false), c.is_whole "
    "FROM contents AS c CROSS JOIN LATERAL pg_catalog.pg_identify_object(c.classid, c.objid, 0) AS "
    "id "
    "UNION ALL SELECT 4, 'extension', '', pg_catalog.quote_ident(e.extname), 0, true, false FROM "
    "pg_catalog.pg_extension AS e WHERE e.oid{2}ALL (SELECT s.oid FROM staying AS s) "
    "UNION ALL SELECT 6, 'large object', '', CAST(l.oid AS pg_catalog.text), 0, "
    "pg_catalog.pg_has_role(l.lomowner, 'USAGE'), false FROM pg_catalog.pg_largeobject_metadata AS "
    "l ORDER BY 1, 3, 4";

std::string drop_statement(const Object& object) {
  if (object.type == "large object") {
    return compose("SELECT pg_catalog.lo_unlink({})", object.identity);
  }
  std::string_view type = object.type;
  std::string identity = object.identity;
  if (type == "function" || type == "procedure" || type == "aggregate") {
    type = "routine";
  } else if (type == "foreign-data wrapper") {
    type = "foreign data wrapper";
  } else if (type == "statistics object") {
    type = "statistics";
  } else if (type == "operator") {
    const std::size_t unary = identity.rfind("(-,");
    if (unary != std::string::npos) {
      identity.replace(unary, 3, "(NONE,");
    }
  }
  return compose("DROP {} IF EXISTS {} CASCADE", type, identity);
}

}  // namespace

// What there is, in the open transaction. {} and the list are one message.
struct Inventory {
  std::vector<Object> objects;
  FreshReport report;
};

static Inventory read_inventory(const Reply& reply, std::size_t first) {
  Inventory inventory;
  const PGresult* rows = reply.results[first].get();
  for (int i = 0; i < PQntuples(rows); ++i) {
    Object object;
    object.type = value(rows, i, 1);
    object.schema = value(rows, i, 2);
    object.identity = value(rows, i, 3);
    object.bytes = integer(rows, i, 4);
    object.is_owned = is_true(rows, i, 5);
    object.goes_with_schema = is_true(rows, i, 6);
    inventory.objects.push_back(std::move(object));
  }
  FreshReport& report = inventory.report;
  for (const Object& object : inventory.objects) {
    if (!object.is_owned && !object.goes_with_schema) {
      const bool is_in_others =
          std::any_of(inventory.objects.begin(), inventory.objects.end(), [&](const Object& other) {
            return other.type == "schema" && !other.is_owned && other.schema == object.schema &&
                   &other != &object;
          });
      if (!is_in_others) {
        report.left.push_back(compose("{} {}", object.type, object.identity));
      }
      continue;
    }
    const auto same = std::find_if(
        report.dropped.begin(), report.dropped.end(), [&](const FreshReport::Dropped& dropped) {
          return dropped.schema == object.schema && dropped.type == object.type;
        });
    if (same == report.dropped.end()) {
      report.dropped.push_back({object.schema, object.type, 1, object.bytes});
    } else {
      ++same->count;
      same->bytes += object.bytes;
    }
  }
  const PGresult* sessions = reply.results[first + 1].get();
  for (int i = 0; i < PQntuples(sessions); ++i) {
    report.sessions.push_back(describe_session(sessions, i));
  }
  report.name = value(reply.results[first + 2].get(), 0, 0);
  return inventory;
}

// Three statements: what there is, who is connected, and what the database is called.
std::string Run::inventory_query() const {
  std::string names;
  for (const std::string_view extension : set_.extensions) {
    names += names.empty() ? "" : ", ";
    names += connection_->literal(extension);
  }
  return compose(
      "{};\nSELECT {} FROM pg_catalog.pg_stat_activity AS a WHERE a.datname "
      "OPERATOR(pg_catalog.=) pg_catalog.current_database() AND a.pid "
      "OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() AND a.backend_type "
      "OPERATOR(pg_catalog.=) 'client backend' ORDER BY a.pid;\nSELECT "
      "pg_catalog.current_database(), (SELECT pg_catalog.pg_has_role(c.relowner, 'USAGE') "
      "FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid "
      "OPERATOR(pg_catalog.=) c.relnamespace WHERE n.nspname OPERATOR(pg_catalog.=) {} "
      "AND c.relname OPERATOR(pg_catalog.=) {})",
      compose(kInventory, " OPERATOR(pg_catalog.=) ", compose("ARRAY[{}]", names),
              " OPERATOR(pg_catalog.<>) "),
      kActivity, connection_->literal(history_.schema()), connection_->literal(history_.table()));
}

// Sends, and tries again what a lock was in the way of. False when it has to be begun anew.
bool Run::send_or_retry(const std::string& message, Reply* reply) {
  *reply = send_watched(message, {}, options_.lock_timeout);
  if (reply->is_cut) {
    throw ConnectionLost{reply->cut_message};
  }
  if (!reply->error) {
    return true;
  }
  ErrorDetail detail;
  describe_error(reply->error.get(), detail);
  roll_back();
  if (detail.sqlstate == "22023" && has_check_interval_) {
    has_check_interval_ = false;  // not on this server's operating system
    return false;
  }
  if (detail.sqlstate == "55P03" || detail.sqlstate == "40P01") {
    plan_retry(nullptr, std::move(detail));
    return false;
  }
  if (detail.sqlstate == "53200") {
    detail.hint =
        "all is dropped in one transaction, which takes a lock for each table and index: "
        "raise max_locks_per_transaction of the server";
  }
  fail_in_section(reply->error.get(), Section::kUp, nullptr, std::move(detail));
}

FreshReport Run::empty_database(const FreshOptions& wanted) {
  if (!set_.allows_fresh) {
    ErrorDetail detail;
    detail.message = compose(
        "this build may not empty databases: add_migrations() of the set \"{}\" "
        "has no ALLOW_FRESH",
        set_.name);
    detail.hint = "give it ALLOW_FRESH, in builds for development and tests only";
    throw Error(ErrorKind::kUsage, std::move(detail));
  }
  if (has_tenant()) {
    ErrorDetail detail;
    detail.message = "`fresh` empties a database, not a schema";
    detail.hint = "DROP SCHEMA, CREATE SCHEMA, then `up`";
    throw Error(ErrorKind::kUsage, std::move(detail));
  }
  kind_ = RunKind::kEmpty;
  FreshReport report;
  with_after_run([&] { report = delete_all(wanted); });
  return report;
}

FreshReport Run::delete_all(const FreshOptions& wanted) {
  connect();
  bool is_confirmed = false;
  for (;;) {
    try {
      check();
      refuse_read_only("the database is to be emptied", nullptr);
      Reply reply;
      const std::string settings = gate_settings();
      const auto count =
          static_cast<std::size_t>(std::count(settings.begin(), settings.end(), '\n'));
      if (!is_confirmed) {
        if (!send_or_retry(compose("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;\n{}{};\nCOMMIT",
                                   settings, inventory_query()),
                           &reply)) {
          continue;
        }
        Inventory inventory = read_inventory(reply, count + 1);
        FreshReport& report = inventory.report;
        report.database = connection_->description();
        const PGresult* facts = reply.results[count + 3].get();
        if (PQgetisnull(facts, 0, 1) == 0 && !is_true(facts, 0, 1)) {
          ErrorDetail detail;
          detail.message = compose(
              "{} is not this role's, and would stay behind, saying that all "
              "is applied; nothing was done",
              history_.display());
          detail.hint = "run it as the owner of the tables, with --role or another login";
          throw Error(ErrorKind::kReadOnly, std::move(detail));
        }
        for (const Row& row : snapshot_.rows) {
          std::string text = compose(
              "the history has the set \"{}\" too: what it made is deleted, "
              "and this build does not make it again",
              row.set);
          if (row.set != set_.name && std::find(report.warnings.begin(), report.warnings.end(),
                                                text) == report.warnings.end()) {
            report.warnings.push_back(std::move(text));
          }
        }
        if (options_.dry_run) {
          return std::move(report);
        }
        confirm_fresh(wanted, report);
        is_confirmed = true;
      }
      if (!take_gate(Plan{})) {
        continue;
      }
      call_before_run(Plan{});
      if (!send_or_retry(inventory_query(), &reply)) {
        continue;
      }
      Inventory inventory = read_inventory(reply, 0);
      std::string drops = "SET LOCAL client_min_messages = warning;\n";
      for (const Object& object : inventory.objects) {
        if (object.is_owned && !object.goes_with_schema) {
          drops += drop_statement(object) + ";\n";
        }
      }
      if (!send_or_retry(drops + "COMMIT", &reply)) {
        continue;
      }
      inventory.report.database = connection_->description();
      return std::move(inventory.report);
    } catch (const ConnectionLost& lost) {
      recover(lost);
    }
  }
}

void Run::confirm_fresh(const FreshOptions& wanted, const FreshReport& report) {
  ErrorDetail detail;
  if (wanted.confirm) {
    if (wanted.confirm(report)) {
      return;
    }
    detail.message = "not confirmed; nothing was done";
    throw Error(ErrorKind::kInterrupted, std::move(detail));
  }
  if (wanted.name == report.name) {
    return;
  }
  detail.message = wanted.name.empty()
                       ? compose("all data in the database \"{}\" would be deleted", report.name)
                       : compose(R"(the database is "{}", not "{}"; nothing was done)", report.name,
                                 wanted.name);
  detail.hint = compose("if it is meant: --yes={}", report.name);
  throw Error(ErrorKind::kUsage, std::move(detail));
}

}  // namespace godwit::detail

namespace godwit {

FreshReport Migrator::fresh(const FreshOptions& options) {
  FreshReport report = impl_->run([&](detail::Run& run) { return run.empty_database(options); });
  if (!impl_->is_dry_run()) {
    report.up = up();
  }
  return report;
}

}  // namespace godwit
