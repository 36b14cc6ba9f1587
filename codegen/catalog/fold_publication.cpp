// SPDX-License-Identifier: Apache-2.0
//
// Publications: which tables they are of.
#include <utility>

#include "catalog/fold_other.hpp"

namespace godwit::codegen::catalog {
namespace {

using Action = PgQuery__AlterPublicationAction;

void change(Catalog& catalog, std::string_view name, sql::Node* const* objects, std::size_t count,
            Action action, const Occasion& occasion) {
  const Name key{"", std::string(name)};
  Publication publication;
  if (const Publication* known = catalog.publications.find(key))
    publication = *known;
  else
    publication = {.name = key.name, .tables = {}, .made_in = occasion.migration};
  if (action == Action::PG_QUERY__ALTER_PUBLICATION_ACTION__AP_SetObjects)
    publication.tables.clear();
  for (const sql::Node* node : sql::list(objects, count)) {
    const auto* object = sql::as<PgQuery__PublicationObjSpec>(node);
    if (object == nullptr || object->pubtable == nullptr || object->pubtable->relation == nullptr)
      continue;
    const Name table = catalog.resolve(*object->pubtable->relation);
    std::erase(publication.tables, table);
    if (action != Action::PG_QUERY__ALTER_PUBLICATION_ACTION__AP_DropObjects)
      publication.tables.push_back(table);
  }
  catalog.publications.put(key, std::move(publication));
}

}  // namespace

void publish(Catalog& catalog, const sql::Node& node, const Occasion& occasion) {
  if (const auto* create = sql::as<PgQuery__CreatePublicationStmt>(&node))
    change(catalog, create->pubname, create->pubobjects, create->n_pubobjects,
           Action::PG_QUERY__ALTER_PUBLICATION_ACTION__AP_SetObjects, occasion);
  else if (const auto* alter = sql::as<PgQuery__AlterPublicationStmt>(&node))
    change(catalog, alter->pubname, alter->pubobjects, alter->n_pubobjects, alter->action,
           occasion);
}

}  // namespace godwit::codegen::catalog
