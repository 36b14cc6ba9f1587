// SPDX-License-Identifier: Apache-2.0
//
// The plan is read line by line; a line that is not understood is reported and left out. Scripts
// are looked for by the changes' names, and what lies beside them is reported too.
#include "source/sqitch.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "source/ignore_file.hpp"
#include "source/read_file.hpp"
#include "source/words.hpp"

namespace godwit::codegen {
namespace {

constexpr std::string_view kPlanRule = "invalid-plan";

/// A change of the plan, or a tag.
struct Change {
  std::string_view name;
  std::size_t offset = 0;  ///< of the name, in the plan
  std::vector<std::string_view> dependencies;
  bool has_dependencies = false;  ///< brackets, even empty ones
  std::string_view time;
  std::string_view planner;
  std::string_view planner_address;  ///< with "<mail>" behind the name
  std::string_view note;
  std::vector<std::string_view> tags;
  std::int64_t version = 0;
  std::string id;      ///< as sqitch computes it
  std::string script;  ///< its scripts' name, without folder and extension
};

/// The digits of `2013-12-31T10:26:59Z`.
std::optional<std::int64_t> version_of(std::string_view time) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  if (time.size() != kForm.size())
    return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < time.size(); ++i) {
    if (is_ascii_digit(kForm[i]) ? !is_ascii_digit(time[i]) : time[i] != kForm[i])
      return std::nullopt;
    if (is_ascii_digit(time[i]))
      digits.push_back(time[i]);
  }
  std::int64_t version = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), version);
  return version;
}

class PlanReader {
 public:
  PlanReader(const SourceFile& file, Diagnostics& diagnostics)
      : file_(file), diagnostics_(diagnostics) {}

  std::vector<Change> read() {
    std::string_view rest = file_.text();
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      read_line(trim(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return std::move(changes_);
  }

  std::string_view project() const { return project_; }
  std::string_view uri() const { return uri_; }

 private:
  std::size_t offset_of(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - file_.text().data());
  }

  void invalid(std::string_view at, std::string message, std::string note) {
    diagnostics_.error(kPlanRule, file_, offset_of(at), std::move(message), {std::move(note)})
        .length = at.size();
  }

  void read_line(std::string_view line) {
    if (line.empty() || line.front() == '#')
      return;
    if (line.front() == '%')
      return read_pragma(trim(line.substr(1)));
    if (line.front() == '@')
      return read_tag(line);
    read_change(line);
  }

  void read_pragma(std::string_view pragma) {
    const std::size_t equals = std::min(pragma.find('='), pragma.size());
    const std::string_view key = trim(pragma.substr(0, equals));
    const std::string_view value = trim(pragma.substr(std::min(equals + 1, pragma.size())));
    if (key == "project")
      project_ = value;
    else if (key == "uri")
      uri_ = value;
    else if (key == "syntax-version" && !value.starts_with("1."))
      invalid(value, "this plan is of syntax " + std::string(value) + "; godwit reads 1.0",
              "the format of plans is described at https://sqitch.org/docs/manual/sqitchplan/");
  }

  void read_tag(std::string_view line) {
    const std::string_view name = line.substr(1, line.find_first_of(" \t") - 1);
    if (changes_.empty())
      return invalid(line.substr(0, name.size() + 1), "a tag before the first change",
                     "a tag names the change in the line above it");
    changes_.back().tags.push_back(name);
  }

  void read_change(std::string_view line) {
    const std::string_view whole = line;
    if (line.front() == '-')
      return invalid(line, "godwit cannot revert a change in the middle of a plan",
                     "remove the change and this line, or write a new change that undoes it");
    if (line.front() == '+')
      line = trim_left(line.substr(1));
    Change change;
    change.name = line.substr(0, line.find_first_of(" \t"));
    change.offset = offset_of(change.name);
    line = trim_left(line.substr(change.name.size()));
    if (line.starts_with('[')) {
      const std::size_t close = line.find(']');
      if (close == std::string_view::npos)
        return invalid(line, "the dependencies have no closing bracket", "write `[users roles]`");
      change.has_dependencies = true;
      read_dependencies(line.substr(1, close - 1), change);
      line = trim_left(line.substr(close + 1));
    }
    change.time = line.substr(0, line.find_first_of(" \t"));
    const auto version = version_of(change.time);
    if (!version)
      return invalid(whole, "not a line of a plan",
                     "a change is `name [dependencies] 2013-12-31T10:26:59Z Name <mail> # note`");
    line = trim_left(line.substr(change.time.size()));
    const std::size_t hash = std::min(line.find('#'), line.size());
    change.planner_address = trim(line.substr(0, hash));
    change.planner = trim(line.substr(0, line.find('<', 0) < hash ? line.find('<') : hash));
    change.note = trim(line.substr(std::min(hash + 1, line.size())));
    change.version = changes_.empty() ? *version : std::max(*version, changes_.back().version + 1);
    changes_.push_back(std::move(change));
  }

  static void read_dependencies(std::string_view text, Change& change) {
    constexpr std::string_view kSeparators = " \t,";
    std::size_t at = 0;
    while ((at = text.find_first_not_of(kSeparators, at)) != std::string_view::npos) {
      const std::size_t end = std::min(text.find_first_of(kSeparators, at), text.size());
      change.dependencies.push_back(text.substr(at, end - at));
      at = end;
    }
  }

  const SourceFile& file_;
  Diagnostics& diagnostics_;
  std::string_view project_;
  std::string_view uri_;
  std::vector<Change> changes_;
};

/// A note as sqitch means it: in the plan, line ends and backslashes are escaped.
std::string unescaped(std::string_view note) {
  std::string text;
  for (std::size_t i = 0; i < note.size(); ++i) {
    const char next = i + 1 < note.size() ? note[i + 1] : '\0';
    if (note[i] != '\\' || (next != 'n' && next != 'r' && next != '\\')) {
      text.push_back(note[i]);
      continue;
    }
    text.push_back(next == 'n' ? '\n' : next == 'r' ? '\r' : '\\');
    ++i;
  }
  return text;
}

class Project {
 public:
  Project(const SourceFiles& files, Placeholders& placeholders, FileStore& store,
          Diagnostics& diagnostics)
      : files_(files),
        ignored_(files.root),
        placeholders_(placeholders),
        store_(store),
        diagnostics_(diagnostics) {}

  std::vector<MigrationSource> load() {
    plan_ = load_file(files_.root / kSqitchPlan, files_.root, store_, diagnostics_);
    if (plan_ == nullptr)
      return {};
    PlanReader reader(*plan_, diagnostics_);
    changes_ = reader.read();
    project_ = reader.project();
    identify(reader.uri());
    for (std::size_t i = 0; i < changes_.size(); ++i) name_script(i);
    std::vector<MigrationSource> migrations;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      if (auto migration = load_change(i))
        migrations.push_back(std::move(*migration));
    }
    report_unread();
    return migrations;
  }

 private:
  /// What sqitch calls `info`, and hashes: as git does, with the type and the length before it. The
  /// id of each change is part of the next one's.
  void identify(std::string_view uri) {
    std::string parent;
    for (Change& change : changes_) {
      std::string info = "project " + project_;
      if (!uri.empty())
        info += "\nuri " + std::string(uri);
      info += "\nchange " + std::string(change.name);
      if (!parent.empty())
        info += "\nparent " + parent;
      info += "\nplanner " + std::string(change.planner_address);
      info += "\ndate " + std::string(change.time);
      add_dependency_lines(change, false, info);
      add_dependency_lines(change, true, info);
      if (!change.note.empty())
        info += "\n\n" + unescaped(change.note);
      change.id = sha1_hex("change " + std::to_string(info.size()) + '\0' + info);
      parent = change.id;
    }
  }

  void add_dependency_lines(const Change& change, bool conflicts, std::string& info) const {
    bool is_first = true;
    for (std::string_view text : change.dependencies) {
      if (text.starts_with('!') != conflicts)
        continue;
      text.remove_prefix(conflicts ? 1 : 0);
      if (text.starts_with(project_ + ":"))
        text.remove_prefix(project_.size() + 1);
      if (is_first)
        info += conflicts ? "\nconflicts" : "\nrequires";
      is_first = false;
      info += conflicts ? "\n  - " : "\n  + ";
      info += text;
    }
  }

  std::filesystem::path script_path(std::string_view folder, const std::string& script) const {
    return files_.root / folder / (script + ".sql");
  }

  void invalid(std::size_t offset, std::size_t length, std::string message, std::string note) {
    diagnostics_.error(kPlanRule, *plan_, offset, std::move(message), {std::move(note)}).length =
        length;
  }

  /// A change that comes again later has its old scripts in files with a tag in their names: one of
  /// the tags between the two.
  void name_script(std::size_t index) {
    Change& change = changes_[index];
    change.script = change.name;
    std::vector<std::string_view> tags;
    for (std::size_t i = index; i < changes_.size(); ++i) {
      if (i > index && changes_[i].name == change.name) {
        if (tags.empty())
          return invalid(changes_[i].offset, changes_[i].name.size(),
                         "the change `" + std::string(change.name) +
                             "` is twice in the plan, without a tag between",
                         "`sqitch tag`, then `sqitch rework " + std::string(change.name) + "`");
        const auto with_script = std::find_if(tags.begin(), tags.end(), [&](std::string_view tag) {
          return std::filesystem::exists(
              script_path("deploy", std::string(change.name) + "@" + std::string(tag)));
        });
        const std::string_view tag = with_script == tags.end() ? tags.back() : *with_script;
        change.script += "@" + std::string(tag);
        return;
      }
      tags.insert(tags.end(), changes_[i].tags.begin(), changes_[i].tags.end());
    }
  }

  std::optional<MigrationSource> load_change(std::size_t index) {
    const Change& change = changes_[index];
    const std::filesystem::path path = script_path("deploy", change.script);
    used_.insert(path);
    if (!std::filesystem::exists(path)) {
      invalid(change.offset, change.name.size(),
              "there is no deploy/" + change.script + ".sql for this change",
              "`sqitch add " + std::string(change.name) + "` writes one");
      return std::nullopt;
    }
    const SourceFile* file = load_sql(path, files_.root, placeholders_, store_, diagnostics_);
    if (file == nullptr)
      return std::nullopt;
    MigrationSource migration;
    migration.version = change.version;
    migration.digits = std::to_string(change.version);
    migration.name = change.script;
    migration.full_name = migration.digits + "_" + migration.name;
    migration.orders_as_number = true;
    migration.sqitch_id = change.id;
    // `-- requires: appschema` is sqitch's own header, and the plan has the same.
    Diagnostics of_header;
    migration.header = read_header(*file, of_header);
    std::erase_if(of_header.all(),
                  [](const Diagnostic& d) { return d.rule == "unknown-header-key"; });
    diagnostics_.append(std::move(of_header));
    describe(index, migration.header);
    take(*file, SectionKind::kUp, migration.up);
    load_part("revert", change, SectionKind::kDown, migration.down);
    load_part("verify", change, SectionKind::kVerify, migration.verify);
    if (migration.verify.is_present())
      migration.verify.accept_any_result();
    return migration;
  }

  void load_part(std::string_view folder, const Change& change, SectionKind kind, Section& into) {
    const std::filesystem::path path = script_path(folder, change.script);
    used_.insert(path);
    if (!std::filesystem::exists(path))
      return;
    if (const SourceFile* file = load_sql(path, files_.root, placeholders_, store_, diagnostics_))
      take(*file, kind, into);
  }

  void take(const SourceFile& file, SectionKind kind, Section& into) {
    for (Section& section : split_sections(file, kind, diagnostics_)) {
      if (section.kind() == kind)
        into = std::move(section);
    }
  }

  void describe(std::size_t index, Header& header) {
    const Change& change = changes_[index];
    const auto set_once = [](std::string& into, std::string_view value) {
      if (into.empty())
        into = value;
    };
    set_once(header.description, change.note);
    set_once(header.created, change.time);
    set_once(header.author, change.planner);
    if (!change.tags.empty())
      set_once(header.tag, change.tags.front());
    header.aliases.push_back(change.script);
    header.declares_dependencies = header.declares_dependencies || change.has_dependencies;
    for (const std::string_view dependency : change.dependencies)
      add_dependency(index, dependency, header);
  }

  void add_dependency(std::size_t index, std::string_view text, Header& header) {
    const auto offset = static_cast<std::size_t>(text.data() - plan_->text().data());
    const bool is_conflict = text.starts_with('!');
    std::string_view name = text.substr(is_conflict ? 1 : 0);
    if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) {
      if (name.substr(0, colon) != project_) {
        diagnostics_
            .add(Severity::kWarning, kPlanRule, *plan_, offset,
                 "`" + std::string(text) +
                     "` is a change of another project, whose plan is not read here: the order "
                     "between the two is not checked",
                 {"apply that project's set first, and say so in the deploy script's header: "
                  "`Dependencies: set:version`"})
            .length = text.size();
        return;
      }
      name.remove_prefix(colon + 1);
    }
    const std::optional<std::size_t> found = find(index, name);
    if (is_conflict) {
      if (found)
        invalid(offset, text.size(),
                "conflicts with `" + std::string(name) + "`, which is deployed before it",
                "sqitch refuses to deploy this plan; take one of the two out");
      return;
    }
    if (!found)
      return invalid(offset, text.size(),
                     "requires `" + std::string(name) + "`, which is no change above it",
                     "a change comes behind those that it requires");
    DependencyName dependency;
    dependency.version = changes_[*found].version;
    dependency.text = std::string(name);
    const bool is_new =
        std::none_of(header.dependencies.begin(), header.dependencies.end(),
                     [&](const DependencyName& d) { return d.version == dependency.version; });
    if (is_new)
      header.dependencies.push_back(std::move(dependency));
  }

  /// `users`, `users@v1.0` or `@v1.0`, above `index`.
  std::optional<std::size_t> find(std::size_t index, std::string_view text) const {
    const std::size_t at = std::min(text.find('@'), text.size());
    const std::string_view name = text.substr(0, at);
    const std::string_view tag = text.substr(std::min(at + 1, text.size()));
    std::size_t end = index;  // the change looked for is before it
    if (!tag.empty() && tag != "HEAD") {
      const auto tagged = std::find_if(
          changes_.begin(), changes_.begin() + static_cast<std::ptrdiff_t>(index),
          [&](const Change& c) {
            return tag == "ROOT" || std::find(c.tags.begin(), c.tags.end(), tag) != c.tags.end();
          });
      if (tagged == changes_.begin() + static_cast<std::ptrdiff_t>(index))
        return std::nullopt;
      end = static_cast<std::size_t>(tagged - changes_.begin()) + 1;
    }
    while (end > 0) {
      --end;
      if (name.empty() || changes_[end].name == name)
        return end;
    }
    return std::nullopt;
  }

  void report_unread() {
    for (const std::filesystem::path& path : files_.files) {
      if (used_.contains(path) || ignored_.lists(path))
        continue;
      const SourceFile& file = store_.emplace_back(path, display_name(path, files_.root), "");
      diagnostics_.add(
          Severity::kWarning, "unread-file", file, 0,
          "no change of the plan has this script, so neither sqitch nor godwit runs it",
          {"list it in .godwitignore if that is right"});
    }
  }

  const SourceFiles& files_;
  IgnoreFile ignored_;
  Placeholders& placeholders_;
  FileStore& store_;
  Diagnostics& diagnostics_;
  const SourceFile* plan_ = nullptr;
  std::string project_;
  std::vector<Change> changes_;
  std::set<std::filesystem::path> used_;
};

}  // namespace

std::vector<MigrationSource> load_sqitch(const SourceFiles& files, Placeholders& placeholders,
                                         FileStore& store, Diagnostics& diagnostics) {
  return Project(files, placeholders, store, diagnostics).load();
}

}  // namespace godwit::codegen
