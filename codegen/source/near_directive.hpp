// SPDX-License-Identifier: Apache-2.0
//
// Comments that are meant to be a section directive and are not: `-- godwit down`,
// `/* godwit:down */`, `-- gowdit:down`. Read as prose, each would leave what undoes a migration in
// what applies it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace godwit::codegen {

struct NearDirective {
  std::string meant;  ///< as it has to be written: `-- godwit:down`
  std::size_t begin;  ///< where in the comment it stands
  std::size_t length;
};

/// What `comment`, a whole `-- …` or `/* … */`, is nearly. Nothing for what is a directive
/// as it stands, and for prose that goes on behind the two words.
std::optional<NearDirective> near_directive(std::string_view comment);

/// Whether near_directive() may find one in a comment of `sql`; looks at text in strings, too.
bool may_have_near_directives(std::string_view sql);

}  // namespace godwit::codegen
