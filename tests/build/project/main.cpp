#include <godwit/cli.hpp>

#include <crm_migrations.hpp>

int main(int argc, char** argv) {
  return godwit::run_cli(argc, argv, crm_migrations::migrations());
}
