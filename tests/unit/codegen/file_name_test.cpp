// SPDX-License-Identifier: Apache-2.0
#include "source/file_name.hpp"

#include <gtest/gtest.h>

namespace godwit::codegen {
namespace {

struct Understood {
  std::string_view file;
  std::int64_t version;
  std::string_view digits;
  std::string_view name;
  SectionKind part;
};

TEST(FileName, IsUnderstoodInEveryLayout) {
  const Understood cases[] = {
      {"007_crm.sql", 7, "007", "crm", SectionKind::kUp},
      {"7_crm.sql", 7, "7", "crm", SectionKind::kUp},
      {"007_crm.up.sql", 7, "007", "crm", SectionKind::kUp},
      {"007_crm.down.sql", 7, "007", "crm", SectionKind::kDown},
      {"007_crm.verify.sql", 7, "007", "crm", SectionKind::kVerify},
      {"0001_2fa.sql", 1, "0001", "2fa", SectionKind::kUp},
      {"20251118120000_x.sql", 20251118120000, "20251118120000", "x", SectionKind::kUp},
      {"2023-01-01-000000_x.sql", 20230101000000, "20230101000000", "x", SectionKind::kUp},
      {"20240903155435_entitlement-expired-index.up.sql", 20240903155435, "20240903155435",
       "entitlement-expired-index", SectionKind::kUp},
      {"V007__crm.sql", 7, "007", "crm", SectionKind::kUp},
      {"U007__crm.sql", 7, "007", "crm", SectionKind::kDown},
      {"123456789012345678_x.sql", 123456789012345678, "123456789012345678", "x", SectionKind::kUp},
      {"1_a.b.sql", 1, "1", "a.b", SectionKind::kUp},
      {"1_café à b.sql", 1, "1", "café à b", SectionKind::kUp},
      {"000_base.sql", 0, "000", "base", SectionKind::kUp},
      {"24_Name.SQL", 24, "24", "Name", SectionKind::kUp},
      {"013_a.UP.sql", 13, "013", "a", SectionKind::kUp},
      {"013_a.DOWN.Sql", 13, "013", "a", SectionKind::kDown},
      {"013_a.Verify.SQL", 13, "013", "a", SectionKind::kVerify},
      {"007.sql", 7, "007", "migration", SectionKind::kUp},
      {"007.up.sql", 7, "007", "migration", SectionKind::kUp},
      {"007.down.sql", 7, "007", "migration", SectionKind::kDown},
      {"007-crm.sql", 7, "007", "crm", SectionKind::kUp},
      {"007.crm.sql", 7, "007", "crm", SectionKind::kUp},
      {"007 crm.sql", 7, "007", "crm", SectionKind::kUp},
      {"2023-01-01-crm.sql", 20230101, "20230101", "crm", SectionKind::kUp},
      {"007_crm.rollback.sql", 7, "007", "crm", SectionKind::kDown},
      {"007.do.sql", 7, "007", "migration", SectionKind::kUp},
      {"007.undo.sql", 7, "007", "migration", SectionKind::kDown},
      {"007.do.crm.sql", 7, "007", "crm", SectionKind::kUp},
      {"007.undo.crm.sql", 7, "007", "crm", SectionKind::kDown},
      {"007.domains.sql", 7, "007", "domains", SectionKind::kUp},
      {"20150207135259-crm-up.sql", 20150207135259, "20150207135259", "crm", SectionKind::kUp},
      {"20150207135259-crm-down.sql", 20150207135259, "20150207135259", "crm", SectionKind::kDown},
      {"007_step-down.sql", 7, "007", "step-down", SectionKind::kUp},
      {"00.05.01_crm.sql", 0, "00.05.01", "crm", SectionKind::kUp},
      {"1.12_crm_2.down.sql", 1, "1.12", "crm_2", SectionKind::kDown},
      {"V0001.Crm.sql", 1, "0001", "Crm", SectionKind::kUp},
      {"V1.2.crm.sql", 1, "1.2", "crm", SectionKind::kUp},
      {"U1.crm.v2.sql", 1, "1", "crm.v2", SectionKind::kDown},
      {"20150100000001000012_crm.up.sql", 201501000000010012, "20150100000001000012", "crm",
       SectionKind::kUp},
  };
  for (const Understood& c : cases) {
    const auto name = parse_file_name(c.file);
    ASSERT_TRUE(name) << c.file;
    EXPECT_EQ(name->version, c.version) << c.file;
    EXPECT_EQ(name->digits, c.digits) << c.file;
    EXPECT_EQ(name->name, c.name) << c.file;
    EXPECT_EQ(name->part, c.part) << c.file;
  }
}

TEST(FileName, KnowsTheShapeOfAVersion) {
  EXPECT_EQ(version_shape(*parse_file_name("00.05.123_x.sql")), "2.2.3");
  EXPECT_EQ(version_shape(*parse_file_name("007_x.sql")), "3");
}

TEST(FileName, SaysWhichNameWouldBeUnderstood) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"create_users.sql", "a name that is understood is 001_create_users.sql"},
      {"1.2-crm.sql", "a name that is understood is 1_2-crm.sql"},
      {"1.2.sql", "a name that is understood is 1_2.sql"},
      {"1.2_.sql", "a name that is understood is 1_2_.sql"},
      {"V7.sql", "a name that is understood is 7_what_it_does.sql"},
      {"V7._crm.sql", "a name that is understood is 7_crm.sql"},
      {"B7.crm.sql", "a name that is understood is 001_B7.crm.sql"},
      {"007crm.sql", "a name that is understood is 007_crm.sql"},
      {"007-.sql", "a name that is understood is 007_what_it_does.sql"},
      {"007_.sql", "a name that is understood is 007_what_it_does.sql"},
      {"V7_crm.sql", "a name that is understood is 7_crm.sql"},
      {"1234567890123456789_x.sql", "a version has at most 18 digits, and this one has 19"},
      {"20150100000001990012_x.sql", "a version has at most 18 digits, and this one has 20"},
      {"007_a\nb.sql", "a migration's name is UTF-8 without control characters"},
      {"007_caf\xe9.sql", "a migration's name is UTF-8 without control characters"},
      {"007_crm.sq1", "a migration's name ends in .sql"},
  };
  for (const auto& [file, expected] : cases) {
    EXPECT_FALSE(parse_file_name(file)) << file;
    EXPECT_EQ(explain_file_name(file), expected) << file;
  }
}

}  // namespace
}  // namespace godwit::codegen
