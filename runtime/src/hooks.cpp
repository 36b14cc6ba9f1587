// SPDX-License-Identifier: Apache-2.0
//
// When the hooks are called. Those before something are called while the gate is held, so that one
// process calls them; those after a migration when nothing is under way on the connection.
#include "run.hpp"

#include <exception>
#include <utility>

namespace godwit::detail {

// They may take longer than the gate's transaction may be idle.
bool Run::has_slow_hooks() const {
  const Hooks& hooks = options_.hooks;
  return (hooks.before_run && !has_called_before_run_) || hooks.before_each || hooks.after_each;
}

void Run::call_hook(std::string_view name, const std::function<void()>& hook) {
  ErrorDetail detail;
  try {
    hook();
    return;
  } catch (const Error&) {
    roll_back();
    throw;
  } catch (const std::exception& error) {
    const std::string_view text(error.what());
    detail.message = compose("the hook {} failed{}{}", name,
                             text.empty() ? " with an exception without a text" : ": ", text);
  } catch (...) {
    detail.message = compose("the hook {} failed with something that is no std::exception", name);
  }
  roll_back();
  throw Error(ErrorKind::kFailed, std::move(detail));
}

void Run::call_before_run(const Plan& plan) {
  if (has_called_before_run_) {
    return;
  }
  RunHook hook;
  for (const Undo& undo : undo_list_) {
    hook.migrations.push_back(undo.name);
  }
  for (const Pending& pending : plan.pending) {
    if (kind_ == RunKind::kApply && !pending.is_recorded) {
      hook.migrations.push_back(pending.migration->full_name);
    }
  }
  if (hook.migrations.empty() && kind_ != RunKind::kEmpty) {
    return;  // rows for squashes are no work
  }
  if (options_.hooks.before_run) {
    hook.kind = kind_;
    hook.set = set_.name;
    const std::string database = connection_->description();
    hook.database = database;
    hook.run_id = identity_.run_id;
    hook.connection = connection_->raw();
    call_hook("before_run", [&] { options_.hooks.before_run(hook); });
  }
  has_called_before_run_ = true;
}

void Run::call_before_each(const Migration& migration) {
  if (!options_.hooks.before_each || begun_ == &migration) {
    return;
  }
  MigrationHook hook;
  hook.kind = kind_;
  hook.migration = undo_ != nullptr && undo_->known != nullptr ? undo_->known : &migration;
  call_hook("before_each", [&] { options_.hooks.before_each(hook); });
  begun_ = &migration;
}

void Run::call_after_each() {
  for (const Report::Applied& applied : std::exchange(unannounced_, {})) {
    MigrationHook hook;
    hook.kind = kind_;
    hook.migration = applied.migration;
    hook.duration = applied.duration;
    call_hook("after_each", [&] { options_.hooks.after_each(hook); });
  }
}

void Run::call_after_run(const Error* error) {
  if (!has_called_before_run_ || !options_.hooks.after_run) {
    return;
  }
  RunHook hook;
  hook.kind = kind_;
  hook.set = set_.name;
  const std::string database = report_.database;
  hook.database = database;
  hook.run_id = identity_.run_id;
  hook.connection = connection_ ? connection_->raw() : nullptr;
  hook.report = kind_ == RunKind::kApply ? &report_ : nullptr;
  hook.error = error;
  options_.hooks.after_run(hook);
}

void Run::with_after_run(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    try {
      call_after_run(&error);
    } catch (const std::exception& other) {
      warn(compose("the hook after_run failed too: {}", other.what()));
    }
    throw;
  }
  if (has_called_before_run_ && options_.hooks.after_run) {
    call_hook("after_run", [this] { call_after_run(nullptr); });
  }
}

}  // namespace godwit::detail
