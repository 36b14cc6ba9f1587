// SPDX-License-Identifier: Apache-2.0
//
// The header: the comment block at the top of any file that people write.
#include "source/header.hpp"

#include "support.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace godwit::codegen;
  using godwit::fuzz::require;
  const SourceFile file("/m/007_x.sql", "m/007_x.sql", godwit::fuzz::as_text(data, size));
  Diagnostics diagnostics;
  const Header header = read_header(file, diagnostics);
  godwit::fuzz::check_findings(diagnostics);

  const std::string_view text = file.text();
  require(header.number_offset <= text.size(), "the number is in the file");
  require(header.idempotency_offset <= text.size(), "Idempotency is in the file");
  require(header.transaction_offset <= text.size(), "Transaction is in the file");
  require(header.declares_dependencies || header.dependencies.empty(),
          "dependencies are declared where there are some");
  for (const DependencyName& name : header.dependencies) {
    require(text.substr(name.offset, name.text.size()) == name.text,
            "a dependency stands where it says");
    require(!name.text.empty(), "a dependency has a name");
    require(name.set.empty() || name.version, "a dependency on another set has a version");
    require(name.version.value_or(0) >= 0, "a version is no negative number");
  }
  require(header.lock_timeout_ms.value_or(0) >= 0, "a timeout is no negative number");
  require(header.statement_timeout_ms.value_or(0) >= 0, "a timeout is no negative number");
  for (const HeaderSetting& setting : header.settings)
    require(!setting.name.empty(), "a setting has a name");
  for (const std::string& checksum : header.accepted_checksums)
    require(checksum.size() == 64, "a checksum has 64 digits");
  return 0;
}
