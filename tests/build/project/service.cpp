#include <godwit/migrator.hpp>

#include <crm_migrations.hpp>

#include <cstdio>
#include <string>

// Says what is compiled in, and that a server which is not there is an error of the right kind.
int main() {
  for (const godwit::Migration& migration : crm_migrations::migrations().migrations)
    std::printf("%s ", std::string(migration.full_name).c_str());
  try {
    godwit::migrate("host=/nowhere dbname=crm", crm_migrations::migrations());
  } catch (const godwit::Error& error) {
    std::printf("error %d\n", static_cast<int>(error.kind()));
    return 0;
  }
  return 1;
}
