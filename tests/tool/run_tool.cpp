// SPDX-License-Identifier: Apache-2.0
#include "run_tool.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <sys/wait.h>

namespace godwit::test {
namespace {

std::string read_all(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at))
    text.replace(at, what.size(), by);
  return text;
}

}  // namespace

ToolTest::ToolTest() {
  std::string pattern = (std::filesystem::temp_directory_path() / "godwit-tool-XXXXXX").string();
  folder_ = mkdtemp(pattern.data());
}

ToolTest::~ToolTest() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Result ToolTest::run(const std::string& arguments, const std::string& environment) const {
  const std::filesystem::path out = folder_ / ".out";
  const std::filesystem::path err = folder_ / ".err";
  const std::string command = "cd '" + folder_.string() +
                              "' && env -u NO_COLOR -u CLICOLOR_FORCE " + environment +
                              " '" GODWIT_TOOL "' " + arguments + " >'" + out.string() + "' 2>'" +
                              err.string() + "' </dev/null";
  const int status = std::system(command.c_str());
  return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128,
          .out = replaced(read_all(out), folder_.string(), "DIR"),
          .err = replaced(read_all(err), folder_.string(), "DIR")};
}

void ToolTest::write(const std::string& name, std::string_view text) const {
  const std::filesystem::path path = folder_ / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << text;
}

std::string ToolTest::read(const std::string& name) const {
  return read_all(folder_ / name);
}

}  // namespace godwit::test
