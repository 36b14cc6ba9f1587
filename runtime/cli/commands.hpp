// SPDX-License-Identifier: Apache-2.0
//
// The commands. Each prints and returns its exit code, or throws Error.
#pragma once

#include "arguments.hpp"

#include <godwit/preview.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace godwit::cli {

/// The number of a target that is nothing but a number without leading zeros: how many, not which.
std::optional<std::size_t> count_in(const std::string& target);

/// What a dry run of up() would apply.
void print_planned(const Arguments& arguments, const Report& report);

/// What stays for the contract phase.
void print_postponed(const Arguments& arguments, const std::vector<const Migration*>& postponed);

/// Of several sets those that come later find the migrations of those before them applied: notes
/// what is pending in this one.
void assume(const Arguments& arguments, const MigrationSet& set,
            const std::vector<const Migration*>& pending);
/// What was noted of the sets before, where they share this one's database and history.
std::vector<Dependency> assumed_for(const Arguments& arguments, const MigrationSet& set);

/// What the command line says of up(), plan() and rehearse().
Selection selection_of(const Arguments& arguments);
/// What it says of down() and redo(); asks nothing.
DownOptions down_selection_of(const Arguments& arguments);

int run_up(const Arguments& arguments, const MigrationSet& set);
int run_plan(const Arguments& arguments, const MigrationSet& set);
/// up, apply, down and redo with --rehearse.
int run_rehearsal(const Arguments& arguments, const MigrationSet& set);
int run_down(const Arguments& arguments, const MigrationSet& set);
int run_redo(const Arguments& arguments, const MigrationSet& set);
int run_stamp(const Arguments& arguments, const MigrationSet& set);
int run_baseline(const Arguments& arguments, const MigrationSet& set);
int run_forget(const Arguments& arguments, const MigrationSet& set);
int run_accept(const Arguments& arguments, const MigrationSet& set);
int run_repair(const Arguments& arguments, const MigrationSet& set);
int run_adopt(const Arguments& arguments, const MigrationSet& set);
int run_history(const Arguments& arguments, const MigrationSet& set);
int run_current(const Arguments& arguments, const MigrationSet& set);
int run_heads(const Arguments& arguments, const MigrationSet& set);
int run_pending(const Arguments& arguments, const MigrationSet& set);
int run_graph(const Arguments& arguments, const MigrationSet& set);
int run_verify(const Arguments& arguments, const MigrationSet& set);
int run_sql(const Arguments& arguments, const MigrationSet& set);
int run_status(const Arguments& arguments, const MigrationSet& set);
int run_list(const Arguments& arguments, const MigrationSet& set);
int run_info(const Arguments& arguments, const MigrationSet& set);
int run_check(const Arguments& arguments, const MigrationSet& set);
int run_validate(const Arguments& arguments, const MigrationSet& set);
int run_fresh(const Arguments& arguments, const MigrationSet& set);
Options options_of_wait(const Arguments& arguments);
int run_wait(const Arguments& arguments, const MigrationSet& set);
int run_version(const Arguments& arguments, const MigrationSet& set);
/// up, check and status with --schemas. Throws Error of kind kUsage for any other command.
int run_on_schemas(const Arguments& arguments, const MigrationSet& set);
/// Throws Error of kind kUsage where --schema makes no sense.
void refuse_schema(const Arguments& arguments);

}  // namespace godwit::cli
