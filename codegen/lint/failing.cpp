// SPDX-License-Identifier: Apache-2.0
#include "lint/failing.hpp"

#include <optional>
#include <utility>

#include "lint/existence.hpp"

namespace godwit::codegen::lint {

bool can_tell(const Event& event, const Context& context) {
  return can_judge(event, context) && !event.is_in_body;
}

void report_failing(const Event& event, Context& context, Place place, const std::string& why,
                    std::string note) {
  const bool is_uncertain = context.catalog().is_opaque || context.catalog().may_have_more ||
                            context.history().was_ever_unknown();
  context.report("statement-fails", event, place, "this fails: " + why, {std::move(note)},
                 is_uncertain ? std::optional(Severity::kWarning) : std::nullopt);
}

}  // namespace godwit::codegen::lint
