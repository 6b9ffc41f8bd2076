// One connection to PostgreSQL on a loop: prepared statements in libpq's pipeline mode, never blocking once it is open.
#pragma once

#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/descriptor.hpp"
#include "io/loop.hpp"

struct pg_conn;
struct pg_result;

namespace millrace::handwritten {

/// What one statement gave. The views end with the call that it is given to.
class Rows {
 public:
  explicit Rows(pg_result* result) : result_(result) {}
  int size() const;
  std::string_view text(int row, int column) const;
  std::int64_t integer(int row, int column) const;  // of bigint

 private:
  pg_result* result_;
};

/// A value of text[] in the binary form.
std::string text_array(std::size_t count, const std::function<std::string_view(std::size_t)>& text);

/// For its loop's thread, once that runs; whatever fails ends the program.
class Line {
 public:
  struct Prepared {
    const char* name;
    const char* sql;
  };
  /// Connects and prepares, and waits for both.
  Line(io::Loop& loop, const std::string& conninfo, std::initializer_list<Prepared> statements);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  using Take = std::move_only_function<void(const Rows& rows)>;
  /// Adds a statement to the next exchange. The values are in the binary form.
  void add(const char* name, std::initializer_list<std::string_view> values, Take take);
  /// Sends what was added; `done` is called when all of it is answered, and may send again.
  void send(std::move_only_function<void()> done);
  bool is_free() const { return !is_busy_; }

 private:
  void flush();
  void watch();
  void read();
  void expect(bool is_fine) const;

  pg_conn* handle_;
  std::unique_ptr<io::Descriptor> descriptor_;  // ends before the connection
  std::deque<Take> takes_;
  std::move_only_function<void()> done_;
  bool is_busy_ = false;
};

}  // namespace millrace::handwritten
