// SPDX-License-Identifier: Apache-2.0
#include "commands/manifest.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace godwit::codegen::commands {
namespace {

using test::TemporaryFolder;

std::string error_of(std::string_view text) {
  const TemporaryFolder folder;
  try {
    read_manifest(folder.write("m", text));
  } catch (const ManifestError& error) {
    const std::string message = error.what();
    return message.substr(message.find("/m") + 2);
  }
  return "none";
}

TEST(Manifest, ReadsEveryKey) {
  const TemporaryFolder folder;
  const Manifest manifest = read_manifest(folder.write("m",
                                                       "godwit-manifest 1\n"
                                                       "library crm\n"
                                                       "header crm.hpp\n"
                                                       "namespace a::b\n"
                                                       "name billing\n"
                                                       "history-table ops.history\n"
                                                       "postgres 13\n"
                                                       "root /a b/migrations\n"
                                                       "lock /a b/godwit.lock\n"
                                                       "baseline 12\n"
                                                       "rule drop-table=warn\n"
                                                       "rule prefer-bigint=warn:all\n"
                                                       "require-down\n"
                                                       "require-verify\n"
                                                       "allow-empty\n"
                                                       "external public.users\n"
                                                       "define schema=crm\n"
                                                       "define empty=\n"
                                                       "werror\n"
                                                       "file /a b/migrations/1_x.sql\n"
                                                       "file /a b/migrations/2_y.sql\n"));
  EXPECT_EQ(manifest.header, "crm.hpp");
  EXPECT_EQ(manifest.cpp_namespace, "a::b");
  EXPECT_EQ(manifest.request.set_name, "billing");
  EXPECT_EQ(manifest.request.policy.history_table, "ops.history");
  EXPECT_TRUE(manifest.allow_empty);
  const SetRequest& request = manifest.request;
  EXPECT_EQ(request.files.root, "/a b/migrations");
  EXPECT_EQ(request.files.files.size(), 2U);
  EXPECT_EQ(request.lock, "/a b/godwit.lock");
  EXPECT_EQ(request.policy.postgres, 13);
  EXPECT_EQ(request.policy.baseline, 12);
  EXPECT_TRUE(request.policy.require_down);
  EXPECT_TRUE(request.policy.require_verify);
  EXPECT_TRUE(request.policy.werror);
  EXPECT_EQ(request.policy.rules.at("drop-table").severity, Severity::kWarning);
  EXPECT_EQ(request.policy.rules.at("prefer-bigint").option, "all");
  ASSERT_EQ(request.files.defines.size(), 2U);
  EXPECT_EQ(request.files.defines[0].name + "|" + request.files.defines[0].value, "schema|crm");
  EXPECT_EQ(request.files.defines[1].value, "");
  EXPECT_EQ(request.policy.externals, std::vector<std::string>{"public.users"});
}

TEST(Manifest, SaysWhatIsWrong) {
  EXPECT_EQ(error_of("something\n"),
            ":1: not a manifest of this godwit, which begins with `godwit-manifest 1`");
  EXPECT_EQ(error_of("godwit-manifest 1\ncolour red\n"),
            ":2: unknown key `colour`: was this manifest written for another godwit?");
  EXPECT_EQ(error_of("godwit-manifest 1\npostgres new\n"), ":2: `new` is not a number");
  EXPECT_EQ(error_of("godwit-manifest 1\ndefine schema\n"),
            ":2: `schema` has no value; write `name=value`");
  EXPECT_EQ(error_of("godwit-manifest 1\ndefine a=1\ndefine a=2\n"), ":3: `a` is defined twice");
  EXPECT_NE(error_of("godwit-manifest 1\ndefine 1a=1\n").find("is no name for a placeholder"),
            std::string::npos);
  EXPECT_EQ(error_of("godwit-manifest 1\ndefine a=\xFF\n"),
            ":2: the value of `a` is not one line of text in UTF-8");
  EXPECT_EQ(error_of("godwit-manifest 1\nrule drop-table\n"),
            ":2: `drop-table` is not a rule's setting; write `drop-table=warn`");
  EXPECT_EQ(error_of("godwit-manifest 1\nrule drop-table=loud\n"),
            ":2: `loud` is not a severity; it is off, note, warn or error");
  EXPECT_EQ(
      error_of("godwit-manifest 1\nrule drop-tabel=off\n"),
      ": there is no rule 'drop-tabel' (did you mean 'drop-table'?); `godwit rules` lists them");
  EXPECT_THROW(read_manifest("/nowhere/at/all"), ManifestError);
}

}  // namespace
}  // namespace godwit::codegen::commands
