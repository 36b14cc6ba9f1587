// SPDX-License-Identifier: Apache-2.0
//
// Runs the tool in a folder of the test's own and keeps what it printed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace godwit::test {

struct Result {
  int exit_code = -1;
  std::string out;
  std::string err;
};

/// A test with a folder, which is the working directory of the tool. In what the tool printed the
/// folder's path is written DIR, so that exact texts can be compared.
class ToolTest : public ::testing::Test {
 protected:
  ToolTest();
  ~ToolTest() override;

  /// `arguments` as a shell reads them; `environment` stands before the command.
  Result run(const std::string& arguments, const std::string& environment = "") const;

  void write(const std::string& name, std::string_view text) const;
  std::string read(const std::string& name) const;
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

}  // namespace godwit::test
