// SPDX-License-Identifier: Apache-2.0
//
// Does PostgreSQL take a value of one type where another is wanted? Asked of built-in types and of
// the set's own enums; of what is not known the answer is yes.
#pragma once

#include <string>
#include <string_view>

#include "catalog/catalog.hpp"

namespace godwit::codegen::lint {

/// An integer, numeric or floating-point type of the server's own.
bool is_number(const catalog::Type& type);

/// By itself, as INSERT, DEFAULT and ALTER COLUMN … TYPE want it. Types are ones below domains.
bool may_assign(const catalog::Type& from, const catalog::Type& to,
                const catalog::Catalog& catalog);

/// Where a cast is written.
bool may_cast(const catalog::Type& from, const catalog::Type& to, const catalog::Catalog& catalog);

/// Why a constant in quotes is no value of `to`: "'x' is no value of mood"; empty where it may be
/// one.
std::string literal_problem(std::string_view text, const catalog::Type& to,
                            const catalog::Catalog& catalog);

}  // namespace godwit::codegen::lint
