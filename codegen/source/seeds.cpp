// SPDX-License-Identifier: Apache-2.0
#include "source/seeds.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "source/copy_data.hpp"
#include "source/ignore_file.hpp"
#include "source/lexer.hpp"
#include "source/read_file.hpp"
#include "source/text_check.hpp"
#include "source/words.hpp"

namespace godwit::codegen {
namespace {

constexpr std::string_view kRule = "invalid-seed";
constexpr std::size_t kLongestName = 255;  // migration_name varchar(255) of the history table

/// The modes of which every set knows, as they are applied; others stand before the last.
constexpr std::array<std::string_view, 3> kModes = {"reference", "sample", "full"};

bool is_mode_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || is_ascii_digit(c) || c == '_' || c == '-';
  };
  return !name.empty() && name.front() != '-' && name != "none" &&
         std::all_of(name.begin(), name.end(), is_letter);
}

// What pg_dump writes at the top would take the run's own timeouts away, so that a seed would wait
// for a lock for ever; and a server before 17 does not know the last.
constexpr std::array<std::string_view, 4> kTimeouts = {
    "SET statement_timeout = 0;", "SET lock_timeout = 0;",
    "SET idle_in_transaction_session_timeout = 0;", "SET transaction_timeout = 0;"};

/// What is taken out of the text of a seed before anybody parses it.
struct Cuts {
  std::vector<Replacement> parts;
  std::vector<SeedRows> rows;
};

std::size_t end_of_line(std::string_view text, std::size_t from) {
  return std::min(text.find('\n', from), text.size());
}

Cuts find_cuts(std::string_view text) {
  Cuts cuts;
  Lexer lexer(text);
  CopyData copy;
  bool is_first = true;  // of a statement
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    const bool begins_line = token.offset == 0 || text[token.offset - 1] == '\n';
    const std::string_view rest = text.substr(token.offset);
    if (begins_line && (rest.starts_with("\\restrict ") || rest.starts_with("\\unrestrict "))) {
      const std::size_t end = end_of_line(text, token.offset);
      cuts.parts.push_back({token.offset, end, {}});
      lexer.skip_to(end);
      continue;
    }
    const auto timeout =
        std::find_if(kTimeouts.begin(), kTimeouts.end(),
                     [&](std::string_view line) { return is_first && rest.starts_with(line); });
    if (timeout != kTimeouts.end()) {
      cuts.parts.push_back({token.offset, token.offset + timeout->size(), {}});
      lexer.skip_to(token.offset + timeout->size());
      continue;
    }
    const auto end = copy.see(text, token);
    if (token.kind != TokenKind::kLineComment && token.kind != TokenKind::kBlockComment)
      is_first = lexer.text(token) == ";";
    if (!end)
      continue;
    const std::size_t begin = std::min(end_of_line(text, token.offset) + 1, *end);
    const std::size_t last = text.rfind("\\.", *end);
    cuts.parts.push_back({begin, *end, {}});
    cuts.rows.push_back({begin, text.substr(begin, last - begin)});
    lexer.skip_to(*end);
  }
  return cuts;
}

/// A seed as a migration, of a file whose placeholders have not been replaced yet.
MigrationSource make_seed(SourceFile& file, std::string mode, Placeholders& placeholders,
                          Diagnostics& diagnostics) {
  MigrationSource seed;
  seed.is_repeatable = true;
  seed.seed = std::move(mode);
  seed.name = file.path().stem().string();
  seed.full_name = seed.seed + "/" + seed.name;
  Cuts cuts = find_cuts(file.original());
  seed.rows = std::move(cuts.rows);
  placeholders.replace(file, diagnostics, std::move(cuts.parts));
  seed.header = read_header(file, diagnostics);
  for (Section& section : split_sections(file, SectionKind::kUp, diagnostics)) {
    switch (section.kind()) {
      case SectionKind::kUp:
        seed.up = std::move(section);
        break;
      case SectionKind::kVerify:
        seed.verify = std::move(section);
        break;
      case SectionKind::kRequire:
        seed.require = std::move(section);
        break;
      case SectionKind::kDown:
        diagnostics.error(kRule, file, 0, "a seed has no down section: it is never undone",
                          {"remove the section; what the seed wrote is deleted by a migration"});
        break;
    }
  }
  return seed;
}

/// What is refused is taken away, so that nobody acts on it.
void check_header(MigrationSource& seed, Diagnostics& diagnostics) {
  Header& header = seed.header;
  const auto refuse = [&](std::string_view key, std::string why, std::size_t offset = 0) {
    diagnostics.error(kRule, seed.up.file(), offset,
                      "`" + std::string(key) + "` does not go into a seed: " + std::move(why),
                      {"leave the line out"});
  };
  if (header.transaction == false)
    refuse("Transaction: none", "each is applied in one transaction", header.transaction_offset);
  if (header.unchecked)
    refuse("Syntax: unchecked", "what cannot be read cannot be proved idempotent");
  if (header.idempotency == false)
    refuse("Idempotency: NO", "it is applied again when it changes", header.idempotency_offset);
  if (!header.replaces.empty())
    refuse("Replaces", "only migrations are replaced", header.replaces.front().offset);
  if (header.phase == Phase::kContract)
    refuse("Phase: contract", "it waits for the migrations of that phase anyway",
           header.phase_offset);
  if (header.is_breaking)
    refuse("Breaking", "older builds start whatever the data are");
  if (header.code || header.code_down)
    refuse("Code", "a function is called once, and a seed whenever it changes",
           (header.code ? header.code : header.code_down)->offset);
  if (!header.tag.empty())
    refuse("Tag", "targets are migrations", header.tag_offset);
  header.transaction.reset();
  header.unchecked.reset();
  header.idempotency.reset();
  header.replaces.clear();
  if (header.phase == Phase::kContract)
    header.phase = Phase::kNone;
  header.is_breaking = false;
  header.code.reset();
  header.code_down.reset();
  header.tag.clear();
}

/// The rank of a mode, and its name.
std::pair<std::size_t, std::string_view> mode_key(std::string_view mode) {
  if (mode == kModes[0])
    return {0, {}};
  if (mode == kModes[1])
    return {1, {}};
  return {mode == kModes[2] ? 3 : 2, mode};
}

/// Names that begin with a number come first and as numbers, 9_x before 10_x.
std::tuple<bool, std::size_t, std::string_view, std::string_view> name_key(std::string_view name) {
  const std::size_t end = std::min(name.find_first_not_of("0123456789"), name.size());
  std::string_view digits = name.substr(0, end);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return {end == 0, digits.size(), digits, name};
}

class SeedLoader {
 public:
  SeedLoader(const SourceFiles& files, Placeholders& placeholders, FileStore& store,
             Diagnostics& diagnostics)
      : files_(files),
        placeholders_(placeholders),
        store_(store),
        diagnostics_(diagnostics),
        ignored_(files.seeds_root) {}

  std::vector<MigrationSource> load() {
    for (const std::filesystem::path& path : files_.seeds) {
      if (!ignored_.lists(path))
        add(path);
    }
    std::stable_sort(seeds_.begin(), seeds_.end(),
                     [](const MigrationSource& a, const MigrationSource& b) {
                       return std::pair(mode_key(a.seed), name_key(a.name)) <
                              std::pair(mode_key(b.seed), name_key(b.name));
                     });
    return std::move(seeds_);
  }

 private:
  void refuse(const std::filesystem::path& path, std::string message, std::string advice) {
    diagnostics_.error(kRule, store_.emplace_back(path, display_name(path, files_.seeds_root), ""),
                       0, std::move(message), {std::move(advice)});
  }

  void add(const std::filesystem::path& path) {
    const std::filesystem::path below = path.lexically_relative(files_.seeds_root);
    if (escape_unprintable(below.string()) != below.string()) {
      refuse(files_.seeds_root / escape_unprintable(below.string()),
             "the file's name is not valid UTF-8 without control characters", "rename it");
      return;
    }
    const auto depth = std::distance(below.begin(), below.end());
    if (depth > 2) {
      refuse(path,
             "a seed lies in a folder below " + files_.seeds_root.filename().string() +
                 "/, not deeper",
             "move it up, or list it in .godwitignore");
      return;
    }
    SourceFile* file = load_file(path, files_.seeds_root, store_, diagnostics_);
    if (file == nullptr)
      return;
    std::string folder = depth == 2 ? below.begin()->string() : std::string();
    if (depth == 2 && !is_mode_name(folder)) {
      refuse(path, "the folder's name is the mode of --seed, and `" + folder + "` is none",
             "a mode is made of small letters, digits, _ and -, and is not `none`");
      return;
    }
    MigrationSource seed = make_seed(*file, folder, placeholders_, diagnostics_);
    if (!take_mode(seed, *file))
      return;
    check_header(seed, diagnostics_);
    if (seed.full_name.size() > kLongestName)
      refuse(path, "the name has more than 255 bytes, which is what the history table keeps",
             "shorten the file's name");
    if (!names_.insert(seed.full_name).second) {
      refuse(path, "there is a seed " + seed.full_name + " already", "rename one of the two");
      return;
    }
    seeds_.push_back(std::move(seed));
  }

  /// The header says the mode where no folder does, and may not say another.
  bool take_mode(MigrationSource& seed, const SourceFile& file) {
    const std::string& said = seed.header.seed;
    if (said.empty() && !seed.seed.empty())
      return true;
    if (said.empty()) {
      diagnostics_.error(kRule, file, 0, "nothing says in which mode the seed is applied",
                         {"move it into reference/, sample/ or a folder of your own, or write "
                          "`-- Seed: reference` into its header"});
      return false;
    }
    if (!is_mode_name(said) || (!seed.seed.empty() && said != seed.seed)) {
      diagnostics_
          .error(kRule, file, seed.header.seed_offset,
                 seed.seed.empty() || !is_mode_name(said)
                     ? "`" + said + "` is no mode of --seed"
                     : "the header says " + said + ", but the folder is " + seed.seed,
                 {seed.seed.empty() || !is_mode_name(said)
                      ? "a mode is made of small letters, digits, _ and -, and is not `none`"
                      : "move the file, or correct the header"})
          .length = said.size();
      return false;
    }
    seed.seed = said;
    seed.full_name = said + "/" + seed.name;
    return true;
  }

  const SourceFiles& files_;
  Placeholders& placeholders_;
  FileStore& store_;
  Diagnostics& diagnostics_;
  IgnoreFile ignored_;
  std::set<std::string> names_;
  std::vector<MigrationSource> seeds_;
};

}  // namespace

void list_seeds(const std::filesystem::path& directory, SourceFiles& files) {
  files.seeds_root = std::filesystem::absolute(directory).lexically_normal();
  if (files.seeds_root.filename().empty())
    files.seeds_root = files.seeds_root.parent_path();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(files.seeds_root)) {
    const std::string name = entry.path().filename().string();
    if (name.front() != '.' && ends_with_ignoring_case(name, ".sql") && !entry.is_directory())
      files.seeds.push_back(entry.path());
  }
  std::sort(files.seeds.begin(), files.seeds.end());
}

std::vector<MigrationSource> load_seeds(const SourceFiles& files, Placeholders& placeholders,
                                        FileStore& store, Diagnostics& diagnostics) {
  return SeedLoader(files, placeholders, store, diagnostics).load();
}

std::optional<MigrationSource> make_stray_seed(SourceFile& file, Placeholders& placeholders,
                                               Diagnostics& diagnostics) {
  Diagnostics ignored;
  const Header header = read_header(file, ignored);
  if (!is_mode_name(header.seed))
    return std::nullopt;
  MigrationSource seed = make_seed(file, header.seed, placeholders, diagnostics);
  seed.is_stray = true;
  check_header(seed, diagnostics);
  return seed;
}

const SeedRows* rows_behind(const MigrationSource& seed, std::size_t end) {
  const SourceFile& file = seed.up.file();
  const std::size_t from = file.original_range(end, end).begin;
  const auto next = std::find_if(seed.rows.begin(), seed.rows.end(),
                                 [&](const SeedRows& rows) { return rows.offset > from; });
  if (next == seed.rows.end())
    return nullptr;
  const std::string_view between = file.original().substr(from, next->offset - from);
  std::size_t semicolons = 0;
  Lexer lexer(between);
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    if (token.kind == TokenKind::kLineComment || token.kind == TokenKind::kBlockComment)
      continue;
    if (lexer.text(token) != ";")
      return nullptr;
    ++semicolons;
  }
  return semicolons == 1 ? &*next : nullptr;
}

bool mode_includes(std::string_view all, std::string_view one) noexcept {
  return all == one || all == "full" || (one == "reference" && all != "none");
}

}  // namespace godwit::codegen
