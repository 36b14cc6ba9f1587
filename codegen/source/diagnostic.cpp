// SPDX-License-Identifier: Apache-2.0
#include "source/diagnostic.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "source/one_line.hpp"

namespace godwit::codegen {

Diagnostic& Diagnostics::add(Severity severity, std::string_view rule, const SourceFile& file,
                             std::size_t offset, std::string message,
                             std::vector<std::string> notes) {
  all_.push_back({.severity = severity,
                  .rule = rule,
                  .file = &file,
                  .offset = offset,
                  .length = 0,
                  .message = in_one_line(std::move(message)),
                  .notes = std::move(notes),
                  .fix = {},
                  .is_survivable = false});
  return all_.back();
}

Diagnostic& Diagnostics::error(std::string_view rule, const SourceFile& file, std::size_t offset,
                               std::string message, std::vector<std::string> notes) {
  return add(Severity::kError, rule, file, offset, std::move(message), std::move(notes));
}

void Diagnostics::append(Diagnostics other) {
  all_.insert(all_.end(), std::make_move_iterator(other.all_.begin()),
              std::make_move_iterator(other.all_.end()));
}

bool Diagnostics::has_errors() const noexcept {
  return count(Severity::kError) > 0;
}

std::size_t Diagnostics::count(Severity severity) const noexcept {
  return static_cast<std::size_t>(std::count_if(
      all_.begin(), all_.end(), [&](const Diagnostic& d) { return d.severity == severity; }));
}

namespace {

/// The place of each file among those of the findings, by path; equal paths share one.
std::unordered_map<const SourceFile*, std::size_t> rank_files(const std::vector<Diagnostic>& all) {
  std::unordered_map<const SourceFile*, std::size_t> ranks;
  for (const Diagnostic& each : all) ranks.try_emplace(each.file);
  std::vector<const SourceFile*> files;
  for (const auto& [file, rank] : ranks) files.push_back(file);
  std::sort(files.begin(), files.end(), [](const SourceFile* a, const SourceFile* b) {
    return a->path().compare(b->path()) < 0;
  });
  for (std::size_t i = 0; i < files.size(); ++i) {
    const bool is_next = i > 0 && files[i]->path() != files[i - 1]->path();
    ranks[files[i]] = i == 0 ? 0 : ranks[files[i - 1]] + (is_next ? 1 : 0);
  }
  return ranks;
}

}  // namespace

void Diagnostics::sort() {
  // Of thousands of findings only these are moved about, and each path is compared a few times.
  struct Place {
    std::size_t file;
    const Diagnostic* finding;  ///< one that stands behind another is greater
  };
  const auto ranks = rank_files(all_);
  std::vector<Place> places;
  places.reserve(all_.size());
  for (const Diagnostic& each : all_) places.push_back({ranks.at(each.file), &each});
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::tie(a.file, a.finding->offset, b.finding->severity, a.finding->rule, a.finding) <
           std::tie(b.file, b.finding->offset, a.finding->severity, b.finding->rule, b.finding);
  });
  std::vector<Diagnostic> sorted;
  sorted.reserve(all_.size());
  for (const Place& place : places)
    sorted.push_back(std::move(all_[static_cast<std::size_t>(place.finding - all_.data())]));
  all_ = std::move(sorted);
}

}  // namespace godwit::codegen
