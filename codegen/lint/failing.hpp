// SPDX-License-Identifier: Apache-2.0
//
// What the handlers of statement-fails share: when they may judge, and how they say it.
#pragma once

#include <string>

#include "lint/context.hpp"

namespace godwit::codegen::lint {

/// Is the statement run as it stands, with nothing around it that catches what it raises?
bool can_tell(const Event& event, const Context& context);

/// "this fails: `why`"; a warning where SQL that nobody could read may have changed what it is
/// about.
void report_failing(const Event& event, Context& context, Place place, const std::string& why,
                    std::string note);

}  // namespace godwit::codegen::lint
