// SPDX-License-Identifier: Apache-2.0
//
// The connection of a run: made or borrowed, found fit, moved to the direct one behind a pooler,
// and made anew after a cut.
#include "run.hpp"

#include <algorithm>
#include <utility>

namespace godwit::detail {
namespace {

// A migration that brings the connection down this often is not tried again: a server that it
// crashes must not be crashed until the deadline.
constexpr int kMostCuts = 3;

}  // namespace

std::unique_ptr<Connection> Run::open(const Parameters& parameters, bool is_first) {
  milliseconds wait{100};
  std::string said;
  for (;;) {
    try {
      return Connection::open(parameters, deadline_, waiter_);
    } catch (const Error& error) {
      // 28xxx is a refused login, which time does not heal; 57P03 is a server that starts up, and
      // 53300 one that has no connection left.
      const bool is_refused = error.sqlstate().substr(0, 2) == "28";
      const bool is_starting = error.sqlstate() == "57P03" || error.sqlstate() == "53300";
      const bool may_wait = !is_first || is_waiting_ || options_.wait.has_value() || is_starting;
      if (error.kind() != ErrorKind::kCannotConnect || is_refused || !may_wait ||
          is_past_deadline(wait)) {
        throw;
      }
      if (error.detail().message != said) {
        said = error.detail().message;
        emit(EventKind::kRetrying, nullptr, said, wait);
      }
    }
    pause(jittered(wait));
    wait = std::min(wait * 2, milliseconds{1000});
  }
}

void Run::connect() {
  if (!connection_) {
    if (borrowed_ != nullptr) {
      connection_ = Connection::borrow(borrowed_);
    } else {
      connection_ = open(parameters_, true);
    }
  }
  refuse_unusable_connection();
  is_usable_ = true;
  receive_notices();
  report_.run_id = identity_.run_id;
  report_.database = connection_->description();
}

std::unique_ptr<Connection> Run::release_connection() {
  if (set_aside_) {
    connection_ = std::move(set_aside_);
  }
  if (connection_ && (connection_->is_cut() || !connection_->is_idle())) {
    connection_.reset();
  }
  if (connection_) {
    connection_->set_notice_handler({});
  }
  return std::move(connection_);
}

void Run::refuse_unusable_connection() const {
  ErrorDetail detail;
  if (connection_->is_cut()) {
    detail.message = compose("the connection to {} is lost", connection_->description());
    throw Error(ErrorKind::kCannotConnect, std::move(detail));
  }
  if (!connection_->is_idle() || PQpipelineStatus(connection_->raw()) != PQ_PIPELINE_OFF) {
    detail.message = "the connection is busy: a transaction, a query or a pipeline is open on it";
    detail.hint = "hand over an idle connection; migrations have transactions of their own";
    throw Error(ErrorKind::kUsage, std::move(detail));
  }
  if (connection_->parameter("standard_conforming_strings") == "off") {
    detail.message =
        "standard_conforming_strings is off: the server would read the strings of the migrations "
        "differently from the build";
    detail.hint = compose("ALTER ROLE {} SET standard_conforming_strings = on",
                          PQuser(connection_->raw()) == nullptr ? "" : PQuser(connection_->raw()));
    throw Error(ErrorKind::kUsage, std::move(detail));
  }
}

void Run::receive_notices() {
  if (!options_.on_event) {
    return;
  }
  connection_->set_notice_handler([this](const PGresult* notice) {
    // The server raises this one for the statement that makes it flush (chain.cpp).
    if (error_field(notice, PG_DIAG_SOURCE_FUNCTION) == "parse_tsquery") {
      return;
    }
    const std::string_view sqlstate = error_field(notice, PG_DIAG_SQLSTATE);
    const bool is_ours_creating = sqlstate == "42P07" && current_ == nullptr;
    if (is_ours_creating) {
      return;
    }
    emit(EventKind::kNotice, current_,
         compose("{}: {}", error_field(notice, PG_DIAG_SEVERITY),
                 error_field(notice, PG_DIAG_MESSAGE_PRIMARY)));
  });
}

// Migrations outside a transaction need a session of their own, which a transaction pooler does not
// give: the whole run moves to the direct connection, or is refused before anything is applied.
bool Run::needs_direct(const Plan& plan) const {
  return is_pooled_ && !is_direct_ &&
         std::any_of(plan.pending.begin(), plan.pending.end(), [](const Pending& pending) {
           return !pending.migration->up.is_transactional && !pending.is_recorded;
         });
}

void Run::switch_to_direct(const Plan& plan) {
  const auto found =
      std::find_if(plan.pending.begin(), plan.pending.end(), [](const Pending& pending) {
        return !pending.migration->up.is_transactional && !pending.is_recorded;
      });
  if (options_.direct_conninfo.empty()) {
    ErrorDetail detail;
    name_migration(*found->migration, detail);
    detail.message = compose(

        "{} runs outside a transaction and needs a session of its own, but the connection goes "
        "through a pooler",
        found->migration->full_name);
    detail.hint =
        "give a connection string that goes straight to the server: --direct-url, "
        "GODWIT_DIRECT_URL, or Options::direct_conninfo";
    throw Error(ErrorKind::kUsage, std::move(detail));
  }
  auto direct = open(parameters_of(options_.direct_conninfo), true);
  if (!set_aside_) {
    set_aside_ = std::move(connection_);
  }
  connection_ = std::move(direct);
  is_direct_ = true;
  refuse_unusable_connection();
  receive_notices();
}

void Run::recover(const ConnectionLost& lost) {
  side_.reset();
  ++cuts_;
  ErrorDetail detail;
  if (in_doubt_ != nullptr) {
    if (last_cut_ != in_doubt_) {
      last_cut_ = in_doubt_;
      cuts_ = 1;
    }
    name_migration(*in_doubt_, detail);
  }
  if (in_doubt_ == nullptr && cuts_ >= kMostCuts) {
    detail.message = compose("the connection to {} was lost {} times: {}",
                             connection_->description(), cuts_, lost.message);
    throw Error(ErrorKind::kCannotConnect, std::move(detail));
  }
  emit(EventKind::kRetrying, in_doubt_, "the connection was lost: " + lost.message);
  if (parameters_.empty()) {
    parameters_ = connection_->parameters(false);
  }
  const Parameters parameters = is_direct_ ? parameters_of(options_.direct_conninfo) : parameters_;
  if (connection_->is_borrowed()) {
    set_aside_ = std::move(connection_);
  }
  connection_.reset();
  try {
    connection_ = open(parameters, false);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kCannotConnect || in_doubt_ == nullptr) {
      throw;
    }
    detail.message = compose(
        "the connection was lost while {} was being {}, "
        "and the server could not be reached "
        "again before the deadline: {}",
        in_doubt_->full_name, is_undoing_ ? "undone" : "applied", error.detail().message);
    detail.hint = compose(
        "it is either {} completely or not at all; run the command again when the server answers",
        is_undoing_ ? "undone" : "applied");
    throw Error(ErrorKind::kOutcomeUnknown, std::move(detail));
  }
  refuse_unusable_connection();
  receive_notices();
  must_restore_session_ = false;
}

// Called under the gate, with what is next.
void Run::refuse_what_cuts(const Migration& migration) {
  if (cuts_ < kMostCuts || last_cut_ != &migration) {
    return;
  }
  roll_back();
  ErrorDetail detail;
  name_migration(migration, detail);
  detail.message = compose("the connection was lost {} times while {} was being {}", cuts_,
                           migration.full_name, is_undoing_ ? "undone" : "applied");
  detail.hint =
      "it was rolled back; the server's log says what ended its process (an administrator, a "
      "crash, too little memory)";
  fail(ErrorKind::kFailed, std::move(detail), &migration);
}

}  // namespace godwit::detail
