// SPDX-License-Identifier: Apache-2.0
//
// Which schemas are meant by a list such as "tenant_%,trial". The underscore stands for itself,
// unlike in LIKE: schema names are full of underscores, and LIKE 'tenant_%' finds "tenants" too.
#pragma once

#include "connection.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace godwit::detail {

class SchemaPatterns {
 public:
  /// Throws Error of kind kUsage when there is no word in it.
  explicit SchemaPatterns(std::string_view list);

  /// An expression: the column `name` is one of them. `kept` is a schema that no pattern means.
  std::string condition(const Connection& connection, std::string_view name,
                        std::string_view kept) const;

  /// The patterns, as written, that none of these names matches. Throws Error of kind kUsage for a
  /// name that is not among them.
  std::vector<std::string> unmatched(const std::vector<std::string>& names) const;

 private:
  struct Word {
    std::string text;                ///< as written
    std::vector<std::string> parts;  ///< what stands between the %; one where there is none
  };

  static bool matches(const Word& word, std::string_view name);

  std::vector<Word> words_;
};

}  // namespace godwit::detail
