// SPDX-License-Identifier: Apache-2.0
//
// The SQL inside DO blocks and function bodies: which static statements they hold, where these
// stand in the file, and under which conditions they run.
//
// libpg_query's own PL/pgSQL parser gives neither positions nor trees of the embedded SQL, and
// reports false errors for want of a catalog, so bodies are split here: PL/pgSQL's control
// structure is regular in its keywords, and the SQL in between goes to the SQL parser as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/conditions.hpp"
#include "sql/parse.hpp"
#include "sql/scan.hpp"

namespace godwit::codegen::sql {

/// A query that a condition asks whether it gives rows: `SELECT … FROM pg_type WHERE typname =
/// 'g'`.
struct PresenceQuery {
  std::vector<std::string> sources;  ///< tables, without their schemas; "to_regclass" and the like
  /// By column, without its table's name: what it has to be equal to, one of these.
  std::map<std::string, std::vector<std::string>, std::less<>> values;
  /// More is asked than can be told to hold once the thing is there.
  bool is_unsound = false;
};

/// What a condition relies on, one for each condition: two statements under one IF share it. With
/// OR there are several queries, each of which has to give rows, or to give none.
using Presence = std::shared_ptr<const std::vector<PresenceQuery>>;

/// What keeps a statement of a body from failing when it runs a second time.
struct Guard {
  bool if_absent = false;             ///< under IF NOT EXISTS (…), or the ELSE of IF EXISTS (…)
  bool if_present = false;            ///< under IF EXISTS (…), or the ELSE of IF NOT EXISTS (…)
  bool on_duplicate = false;          ///< EXCEPTION WHEN duplicate_object, unique_violation, …
  bool on_undefined = false;          ///< EXCEPTION WHEN undefined_table, undefined_object, …
  std::uint32_t caught = 0;           ///< bits of `condition`: what the handlers around it catch
  std::vector<Presence> absent = {};  ///< what is not there where the statement runs
  std::vector<Presence> present = {};  ///< what is there
};

/// A statement of a body, static or in an EXECUTE of a literal. Its offset is one of the file;
/// locations in its tree are turned into ones of the file by `origin`.
struct BodyStatement {
  Statement statement;
  Guard guard;
  bool is_conditional = false;  ///< under IF, CASE, a loop, or an exception handler
  bool is_expression = false;   ///< a condition or the right side of an assignment, as a SELECT
  /// EXECUTE of a string that is put together: its place is that of the expression, and so is that
  /// of all in it.
  bool is_built = false;
  TextOrigin origin;
};

/// A place in a body, in offsets of the file.
struct BodyPlace {
  std::size_t offset = 0;
  std::size_t length = 0;
  Guard guard;
  bool is_conditional = false;
};

struct BodyError {
  std::size_t offset = 0;  ///< in the file
  std::string message;
};

/// A body of PL/pgSQL or SQL.
struct Body {
  std::string language;  ///< in lower case
  std::string text;      ///< without the quotes around it
  TextOrigin origin;     ///< of `text` in the file
  std::vector<BodyStatement> statements;
  /// EXECUTE of a string that is computed: what it does is unknown.
  std::vector<BodyPlace> dynamic;
  /// COMMIT and ROLLBACK.
  std::vector<BodyPlace> transaction_control;
  /// SQL in it that does not parse.
  std::vector<BodyError> errors;

  /// Hold the trees of `statements`.
  std::vector<Script> scripts;
};

/// The source text of a body, cut out of a DO or CREATE FUNCTION: not looked into yet.
struct BodyText {
  std::string language;  ///< in lower case; "sql" where CREATE FUNCTION names none
  std::string text;
  TextOrigin origin;
};

/// The body of `node`, a DoStmt, or a CreateFunctionStmt whose body is a string. `text` is the
/// text that the statement was parsed from, `statement` its place therein. Empty for other nodes,
/// and where the body is the name of a C function.
std::optional<BodyText> body_text(std::string_view text, const Statement& statement);

/// The same for CREATE FUNCTION … BEGIN ATOMIC … END and RETURN, whose bodies are trees already.
Body body_of_tree(const Statement& statement);

/// Does a DO block hold COMMIT or ROLLBACK, so that it cannot run inside a transaction?
bool controls_transaction(const PgQuery__DoStmt& block);

/// Splits and parses a body in the languages plpgsql and sql. In other languages nothing is found.
/// The parser's stack wants run_with_deep_stack().
Body parse_body(BodyText source);

}  // namespace godwit::codegen::sql
