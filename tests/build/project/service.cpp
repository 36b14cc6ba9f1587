#include <godwit/migrator.hpp>

#include <crm_migrations.hpp>

#include <cstdio>

// Nobody listens in /nowhere: the kind of the error is what the test looks at.
int main() {
  try {
    godwit::migrate("host=/nowhere dbname=crm", crm_migrations::migrations());
  } catch (const godwit::Error& error) {
    std::printf("%zu migrations, error %d\n", crm_migrations::migrations().migrations.size(),
                static_cast<int>(error.kind()));
    return 0;
  }
  return 1;
}
