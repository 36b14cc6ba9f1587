// SPDX-License-Identifier: Apache-2.0
//
// Work on many things that do not depend on each other, such as files to be read. What the parser
// runs in has deeper stacks: sql::run_with_deep_stack().
#pragma once

#include <cstddef>
#include <functional>

namespace godwit::codegen {

/// Calls `work(i)` for each i below `count`, in no order, on several threads where that is worth it
/// and on the caller's own. The first exception is rethrown here, when all threads have ended.
void for_each_in_parallel(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace godwit::codegen
