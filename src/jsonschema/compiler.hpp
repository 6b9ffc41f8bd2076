// From schemas to a flat program: finds what each one refers to, checks every keyword's value, writes the instructions.
//
// Schemas wait in a queue and are written one after the other, so that nothing recurses, however deep or circular they are.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "jsonschema/program.hpp"
#include "jsonschema/resources.hpp"

namespace millrace::jsonschema {

class Compiler {
 public:
  Compiler(Program& program, Resources& resources, Problems& problems)
      : program_(program), resources_(resources), problems_(problems), warnings_(program.sources) {}

  /// Writes the schema at the root of that resource and all that it refers to. What is wrong becomes problems; then the program must
  /// not be run.
  void compile(std::uint32_t resource);
  std::vector<Problem> take_warnings() { return warnings_.take(); }

 private:
  struct Waiting {
    Location location;
    std::uint32_t resource;
    SchemaId id;
  };
  /// A schema that another applies to the same instance.
  struct Edge {
    SchemaId to;
    Location place;
  };
  using Words = std::array<std::optional<json::Value>, kWords>;

  // Where the schema that is being written stands.
  json::Value schema() const { return program_.sources.value(now_.location); }
  const Resource& resource() const { return resources_[now_.resource]; }
  Location location_of(json::Value value) const { return {now_.location.source, value.index()}; }
  const std::optional<json::Value>& word(Word word) const { return words_[static_cast<std::size_t>(word)]; }

  SchemaId schema_at(Location location, std::uint32_t resource);
  SchemaId inner_schema(json::Value value);
  SchemaId applied_schema(json::Value value);
  std::optional<Target> resolve(json::Value reference);
  void write(const Waiting& waiting);
  void read_words();
  void keep_reference_alone();
  bool check(const Keyword& keyword, json::Value value);
  void write_words();
  void emit(Op op, Word word, std::uint8_t kinds, std::uint32_t a = 0, std::uint32_t b = 0);
  void apply(Word word, json::Value value);
  void link_dynamic_anchors();
  void refuse_loops();

  // What has no effect, in warnings.cpp.
  void warn_of_keyword(json::Value key);
  void warn_of_format(json::Value name);
  void warn_beside_reference(const Keyword& keyword, json::Value value);

  // Assertions, in compile_assertions.cpp.
  void write_assertions();
  void write_type();
  void write_values();
  void write_bound(Op op, Word word);
  void write_limit(Op op, Word word, json::Kind kind);
  void write_pattern();
  void write_format();
  std::uint32_t pattern(json::Value text);
  std::uint32_t limit(json::Value number) const;

  // Keywords that apply other schemas, in compile_applicators.cpp.
  void write_applicators();
  void write_references();
  void write_members();
  void write_items();
  void write_contains();
  void write_dependencies();
  void write_dependency(Word word, json::Value name, json::Value value);
  void write_logic();
  void write_condition();
  void write_list(Op op, Word word);
  void write_unevaluated();
  void collect_required(MemberRule& rule, std::vector<std::string>& names);

  Program& program_;
  Resources& resources_;
  Problems& problems_;
  Problems warnings_;
  std::map<Location, SchemaId> ids_;
  std::vector<Waiting> waiting_;
  std::vector<std::vector<Edge>> edges_;  // by schema
  TextMap<std::uint32_t> dynamic_names_;
  Waiting now_{};
  Words words_{};
};

}  // namespace millrace::jsonschema
