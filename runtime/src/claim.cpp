// SPDX-License-Identifier: Apache-2.0
//
// The claim of a run on a migration outside a transaction: written as ourselves whatever the steps
// have made of the session, and given up in order.
#include "run.hpp"

#include <utility>

namespace godwit::detail {
namespace {

constexpr std::string_view kEquals = " OPERATOR(pg_catalog.=) ";

}  // namespace

// `sql` on the history in the middle of a migration whose statements may have changed the role, or
// made transactions read-only. SET LOCAL ROLE comes second because SESSION AUTHORIZATION takes the
// role along; and since servers differ in whether the end of the transaction brings a role back
// that was lost in this way, it is set once more.
std::string Run::as_ourselves(std::string_view settings, std::string_view sql) const {
  return "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;\n" +
         be_ourselves(compose("{}{}", settings, sql));
}

// The same from the middle of a transaction on.
std::string Run::be_ourselves(std::string_view sql) const {
  const std::string& role = options_.role.empty() ? session_role_ : options_.role;
  return compose(
      "SET LOCAL SESSION AUTHORIZATION {};\nSET LOCAL ROLE {};\n{};\nCOMMIT;\n"
      "SELECT pg_catalog.set_config('role', pg_catalog.current_setting('role'), false)",
      connection_->is_borrowed() ? connection_->identifier(session_user_) : std::string("DEFAULT"),
      role == "none" ? std::string("NONE") : connection_->identifier(role), sql);
}

// Ends the claim in order, so that the next run knows where to go on; where no step has ended there
// is nothing to remember. A doubt must outlive this run: then the claim is marked as that of a dead
// one. Best effort, since there is an error under way that the caller has to hear about.
void Run::drop_claim() {
  const HeldClaim claim = std::exchange(held_, {});
  if (claim.migration == nullptr || !connection_ || connection_->is_cut()) {
    return;
  }
  roll_back();
  const Migration& migration = *claim.migration;
  std::string sql;
  if (claim.ended_steps > 0 || claim.begins_anew) {
    sql = history_.set_step(*connection_, identity_, migration, claim.ended_steps) + ";\n";
  }
  if (claim.is_in_doubt) {
    sql += compose(
        "UPDATE {0} SET claim_system_id = 0 WHERE migration_set{1}{2} AND "
        "claim_pid{1}pg_catalog.pg_backend_pid()",
        history_.quoted(*connection_), kEquals, connection_->literal(set_.name));
  } else {
    const bool is_begun = claim.ended_steps > 0 || claim.has_cursor || claim.begins_anew;
    sql += is_begun      ? history_.release(*connection_, identity_, migration)
           : is_undoing_ ? history_.cancel_undo(*connection_, identity_, migration)
                         : history_.forget(*connection_, identity_, migration);
  }
  const std::string settings =
      compose("SET LOCAL lock_timeout = {};\nSET LOCAL statement_timeout = {};\n",
              options_.lock_timeout.count(), 0);
  if (!connection_->send(as_ourselves(settings, sql), Waiter{}).is_ok()) {
    roll_back();
  }
}

// When somebody asks to stop in the middle.
void Run::leave_steps() {
  drop_claim();
  restore_session();
}

}  // namespace godwit::detail
