// SPDX-License-Identifier: Apache-2.0
//
// Objects by name, with an undo log: a down section is tried out on the catalog and taken back,
// without copying the catalog for each migration. The log also tells what a migration has touched,
// and how that looked before, which is all that a comparison has to look at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "catalog/name.hpp"

namespace godwit::codegen::catalog {

template <class T>
class Store {
 public:
  using Map = std::unordered_map<Name, std::shared_ptr<T>, NameHash>;

  /// Null when there is none. Valid until the object is changed.
  const T* find(const Name& name) const {
    const auto found = objects_.find(name);
    return found == objects_.end() ? nullptr : found->second.get();
  }

  /// For changing it; null when there is none. Valid until it is erased or replaced.
  T* edit(const Name& name) {
    ++changes_;
    const auto found = objects_.find(name);
    if (found == objects_.end())
      return nullptr;
    if (is_recording_ && own_.count(found->second.get()) == 0) {
      undo_.emplace_back(name, found->second);
      found->second = std::make_shared<T>(*found->second);
      own_.insert(found->second.get());
    }
    return found->second.get();
  }

  /// Adds, or replaces what has that name.
  T& put(const Name& name, T object) {
    ++changes_;
    auto& place = objects_[name];
    if (place == nullptr)
      count_temporary(name, 1);
    if (is_recording_)
      undo_.emplace_back(name, place);
    place = std::make_shared<T>(std::move(object));
    if (is_recording_)
      own_.insert(place.get());
    return *place;
  }

  /// Takes it out of the store; null when there was none.
  std::shared_ptr<T> erase(const Name& name) {
    ++changes_;
    const auto found = objects_.find(name);
    if (found == objects_.end())
      return nullptr;
    std::shared_ptr<T> taken = found->second;
    if (is_recording_)
      undo_.emplace_back(name, taken);
    count_temporary(name, -1);
    objects_.erase(found);
    return taken;
  }

  /// How often anything here may have changed.
  std::uint64_t changes() const noexcept { return changes_; }

  const Map& all() const { return objects_; }

  /// Whether anything temporary is here: where not, nobody need look for it.
  bool has_temporary() const noexcept { return temporary_ != 0; }

  void start_recording() {
    is_recording_ = true;
    trial_ = 0;
    undo_.clear();
    own_.clear();
  }

  /// What was recorded stays as it is, and is forgotten.
  void stop_recording() {
    is_recording_ = false;
    undo_.clear();
    own_.clear();
  }

  /// roll_back() brings back what is there now.
  void start_trial() {
    is_recording_ = true;
    trial_ = undo_.size();
    own_.clear();
  }

  /// Everything is again as it was when the trial started.
  void roll_back() {
    ++changes_;
    for (; undo_.size() > trial_; undo_.pop_back()) {
      auto& [name, object] = undo_.back();
      const auto found = objects_.find(name);
      const int had = found == objects_.end() ? 0 : 1;
      count_temporary(name, (object == nullptr ? 0 : 1) - had);
      if (object != nullptr)
        objects_[name] = std::move(object);
      else if (had != 0)
        objects_.erase(found);
    }
    own_.clear();
  }

  /// What was touched since the recording started, with what it was then (null: not there).
  std::map<Name, std::shared_ptr<const T>> before() const {
    std::map<Name, std::shared_ptr<const T>> first;
    for (const auto& [name, object] : undo_) first.emplace(name, object);
    return first;
  }

  /// What was touched before the trial started: as it was when the recording did, and as it was
  /// when the trial did (null: not there).
  struct Touch {
    std::shared_ptr<const T> before;
    std::shared_ptr<const T> after;
  };
  std::map<Name, Touch> touched_before_trial() const {
    std::map<Name, Touch> touched;
    for (std::size_t i = 0; i < trial_; ++i) {
      const auto& [name, object] = undo_[i];
      const auto now = objects_.find(name);
      touched.try_emplace(name, Touch{object, now == objects_.end() ? nullptr : now->second});
    }
    // Where the trial has touched it too, its first entry there tells.
    for (std::size_t i = undo_.size(); i > trial_; --i) {
      if (const auto found = touched.find(undo_[i - 1].first); found != touched.end())
        found->second.after = undo_[i - 1].second;
    }
    return touched;
  }

 private:
  void count_temporary(const Name& name, std::ptrdiff_t more) {
    if (name.schema == kTemporarySchema)
      temporary_ += more;
  }

  Map objects_;
  std::vector<std::pair<Name, std::shared_ptr<T>>> undo_;
  std::unordered_set<const T*> own_;  ///< made since the last mark: nobody else looks at them
  std::size_t trial_ = 0;
  std::ptrdiff_t temporary_ = 0;
  std::uint64_t changes_ = 0;
  bool is_recording_ = false;
};

}  // namespace godwit::codegen::catalog
