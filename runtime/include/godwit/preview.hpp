// SPDX-License-Identifier: Apache-2.0
//
// Looking before leaping: what is pending, with what its statements lock and how large and busy
// that is right now (plan), and a run of all of it that ends in ROLLBACK (rehearse). The calls are
// declared in migrator.hpp.
#pragma once

#include <godwit/maintenance.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit {

/// Which of the pending migrations are meant, as by up(), up_to(), up_next(), apply()
/// and seed().
struct Selection {
  enum class Part : std::uint8_t { kAll, kUpTo, kNext, kOnly, kSeeds };
  Part part = Part::kAll;
  std::string target;     ///< of kUpTo and kOnly
  std::size_t count = 0;  ///< of kNext
};

/// A relation that pending migrations lock, as the server has it now.
struct RelationFacts {
  /// Somebody who has it locked.
  struct Holder {
    LockMode mode = LockMode::kNone;
    std::string who;  ///< "pid 4711 (user app, …): SELECT …"
  };
  std::string schema;  ///< where it was found; else as the migration names it, perhaps empty
  std::string name;
  bool is_there = false;  ///< false: nothing of this name; a migration before may create it
  bool is_usable = true;  ///< false: this role has no USAGE on its schema
  /// As the last ANALYZE or VACUUM left it, with all partitions; none when there was none.
  std::optional<std::int64_t> rows;
  /// With indexes, TOAST and partitions; none while somebody's lock forbids to look.
  std::optional<std::int64_t> bytes;
  std::vector<Holder> holders;
};

struct PlannedEffect {
  const Effect* effect = nullptr;
  std::size_t relation = 0;  ///< its index in PlanReport::relations
};

struct PlannedMigration {
  const Migration* migration = nullptr;
  std::size_t ended_steps = 0;  ///< of one outside a transaction that was begun
  std::vector<PlannedEffect> effects;
};

/// What plan() found.
struct PlanReport {
  std::vector<PlannedMigration> migrations;  ///< what is pending, in order
  std::vector<const Migration*> postponed;   ///< left for the contract phase
  std::vector<RelationFacts> relations;      ///< each once
  std::vector<std::string> warnings;
  std::string database;
  int server_version = 0;
  bool is_standby = false;
};

/// What is rehearsed.
struct RehearsalOptions {
  enum class Direction : std::uint8_t { kUp, kDown, kRedo };
  Direction direction = Direction::kUp;
  Selection selection;  ///< of kUp
  DownOptions down;     ///< of kDown and kRedo; `confirm` is not asked
};

/// What rehearse() saw. Times are the client's, round trips included.
struct RehearsalReport {
  struct Timed {
    std::uint32_t line = 0;  ///< in the file
    std::chrono::microseconds duration{0};
  };
  struct Rehearsed {
    const Migration* migration = nullptr;
    bool is_undoing = false;  ///< its down section
    bool has_failed = false;
    std::chrono::microseconds duration{0};
    std::vector<Timed> statements;
  };
  /// A lock, in the transaction that the migration would have of its own.
  struct Lock {
    std::string relation;  ///< "orders", "app.orders"
    LockMode mode = LockMode::kNone;
    bool is_new = false;                ///< made in this rehearsal: nobody can be using it
    bool is_index = false;              ///< or a TOAST table: its table is locked as well
    std::size_t taker = 0;              ///< index in `rehearsed`
    std::uint32_t line = 0;             ///< of the statement that took it
    std::chrono::microseconds held{0};  ///< until the migration's COMMIT would have come
  };
  struct LeftOut {
    std::string name;
    std::string reason;
  };
  std::vector<Rehearsed> rehearsed;  ///< in order
  std::vector<Lock> locks;           ///< in the order in which they were taken
  std::vector<LeftOut> left_out;
  std::vector<const Migration*> postponed;  ///< left for the contract phase
  std::vector<std::string> warnings;
  std::optional<Error> failure;  ///< what ended it; everything was rolled back in any case
  std::string database;
  std::chrono::milliseconds duration{0};
};

}  // namespace godwit
