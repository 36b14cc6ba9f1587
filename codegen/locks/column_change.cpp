// SPDX-License-Identifier: Apache-2.0
#include "locks/column_change.hpp"

namespace godwit::codegen::locks {
namespace {

/// USING column, or USING column::type, is what happens without USING.
bool is_plain_using(const sql::Node* expression, std::string_view column,
                    const catalog::Type& target, const catalog::Catalog& catalog) {
  while (const auto* cast = sql::as<PgQuery__TypeCast>(expression)) {
    if (cast->type_name == nullptr ||
        catalog.resolved(catalog::read_type(*cast->type_name)) != target)
      return false;
    expression = cast->arg;
  }
  const auto* reference = sql::as<PgQuery__ColumnRef>(expression);
  return reference != nullptr && reference->n_fields == 1 &&
         sql::string_value(reference->fields[0]) == column;
}

}  // namespace

catalog::TypeChange change_of_type(const catalog::Catalog& catalog, const catalog::Type& from,
                                   const catalog::Type& to, const PgQuery__ColumnDef& definition,
                                   std::string_view column, bool session_is_utc) {
  if (definition.raw_default != nullptr &&
      !is_plain_using(definition.raw_default, column, to, catalog))
    return catalog::TypeChange::kRewrite;
  if (!from.is_known())
    return catalog::TypeChange::kUnknown;
  if (from != to && catalog.is_constrained_domain(to))
    return catalog::TypeChange::kRewrite;
  return catalog::compare_types(catalog.base_type(from), catalog.base_type(to), session_is_utc);
}

}  // namespace godwit::codegen::locks
