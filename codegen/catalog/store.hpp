// SPDX-License-Identifier: Apache-2.0
//
// Objects by name, with an undo log: a down section is tried out on the catalog and taken back,
// without copying the catalog for each migration.
#pragma once

#include <memory>
#include <unordered_map>
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

  /// For changing it; null when there is none.
  T* edit(const Name& name) {
    const auto found = objects_.find(name);
    if (found == objects_.end())
      return nullptr;
    if (is_recording_) {
      undo_.emplace_back(name, found->second);
      found->second = std::make_shared<T>(*found->second);
    }
    return found->second.get();
  }

  /// Adds, or replaces what has that name.
  T& put(const Name& name, T object) {
    auto& place = objects_[name];
    if (is_recording_)
      undo_.emplace_back(name, place);
    place = std::make_shared<T>(std::move(object));
    return *place;
  }

  /// Takes it out of the store; null when there was none.
  std::shared_ptr<T> erase(const Name& name) {
    const auto found = objects_.find(name);
    if (found == objects_.end())
      return nullptr;
    std::shared_ptr<T> taken = found->second;
    if (is_recording_)
      undo_.emplace_back(name, taken);
    objects_.erase(found);
    return taken;
  }

  const Map& all() const { return objects_; }

  void start_recording() { is_recording_ = true; }

  /// Everything is again as it was when the recording started.
  void roll_back() {
    is_recording_ = false;
    for (; !undo_.empty(); undo_.pop_back()) {
      auto& [name, object] = undo_.back();
      if (object == nullptr)
        objects_.erase(name);
      else
        objects_[name] = std::move(object);
    }
  }

 private:
  Map objects_;
  std::vector<std::pair<Name, std::shared_ptr<T>>> undo_;
  bool is_recording_ = false;
};

}  // namespace godwit::codegen::catalog
