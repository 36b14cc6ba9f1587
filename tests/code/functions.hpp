// SPDX-License-Identifier: Apache-2.0
//
// The functions of the set of these tests, which do what the test wants of them.
#pragma once

#include <godwit/code.hpp>

#include <functional>

namespace godwit::test {

using Body = std::function<void(CodeMigration&)>;

/// What split_names, join_names and count_people do.
struct Bodies {
  Body split;
  Body join;
  Body count;
};

Bodies& bodies();

/// What an application would have written.
Bodies honest_bodies();

}  // namespace godwit::test
