// Includes, over files in a folder of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "hocon/parser.hpp"

namespace millrace::hocon {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class Include : public testing::Test {
 protected:
  Include() {
    options_.environment = [](const std::string&) { return std::nullopt; };
    fs::create_directories(folder_);
  }
  ~Include() override { fs::remove_all(folder_); }

  void write(const fs::path& file, std::string_view text) {
    fs::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file, std::ios::binary) << text;
  }

  Checked<Value> parse(const fs::path& file = "config/config.conf") { return parse_file(folder_ / file, options_); }

  /// The JSON, or the problems, in which the folder is called DIR.
  std::string outcome(const fs::path& file = "config/config.conf") {
    const auto value = parse(file);
    std::string out;
    if (value) {
      out = to_json(*value);
    } else {
      for (const Problem& problem : value.error()) out += to_string(problem) + "\n";
    }
    for (std::size_t at = out.find(folder_.string()); at != std::string::npos; at = out.find(folder_.string()))
      out.replace(at, folder_.string().size(), "DIR");
    return out;
  }

  fs::path folder_ = fs::temp_directory_path() / fmt::format("millrace-hocon-{}", ::getpid());
  Options options_;
};

TEST_F(Include, TextIsAStringWithThePlaceOfItsFile) {
  write("config/config.conf", "a {\n  schema = include file(./graph/hen.graphql)\n  other = include file( graph/with space.graphql )\n}");
  write("config/graph/hen.graphql", "type Hen {\n  id: ID!\n}\n");
  write("config/graph/with space.graphql", "x");
  const auto value = parse();
  ASSERT_TRUE(value.has_value()) << outcome();
  const Value* schema = value->find("a")->find("schema");
  EXPECT_EQ(schema->kind, Kind::string);
  EXPECT_EQ(schema->text, "type Hen {\n  id: ID!\n}\n");
  EXPECT_EQ(to_string(schema->place), (folder_ / "config/graph/hen.graphql").string() + ":1:1");
  EXPECT_EQ(value->find("a")->find("other")->text, "x");
}

TEST_F(Include, ConfAndJsonAreObjectsWithPlacesOfTheirOwn) {
  write("config/config.conf",
        "a = include file(json/hen.schema.json)\nb = include required(file(\"b.conf\"))\nc = [ include file(json/list.json) ]");
  write("config/json/hen.schema.json", "{\n  \"type\": \"object\" }");
  write("config/json/list.json", "[1]");
  write("config/b.conf", "x = 1\ny = ${x}");
  const auto value = parse();
  ASSERT_TRUE(value.has_value()) << outcome();
  EXPECT_EQ(to_json(*value), R"({"a":{"type":"object"},"b":{"x":1,"y":1},"c":[[1]]})");
  EXPECT_EQ(to_string(value->find("a")->find("type")->place), (folder_ / "config/json/hen.schema.json").string() + ":2:11");
}

TEST_F(Include, TheFolderThenItsParent) {
  write("config/config.conf", "a = include file(graph/a.graphql)\ninclude \"shared\"\nb = include file(graph/b.graphql)");
  write("config/graph/a.graphql", "near");
  write("graph/a.graphql", "far");
  write("graph/b.graphql", "far");
  write("shared.conf", "s = 1");
  EXPECT_EQ(outcome(), R"({"a":"near","s":1,"b":"far"})");
  EXPECT_EQ(to_string(parse()->find("b")->place), (folder_ / "graph/b.graphql").string() + ":1:1");
}

TEST_F(Include, MissingFilesListWhereTheyWereLookedFor) {
  write("config/config.conf", "a = include file(graph/hen.graphql)\ninclude required(\"base\")\ninclude \"nothing\"\n");
  EXPECT_EQ(outcome(),
            "DIR/config/config.conf:1:13: There is no file \"graph/hen.graphql\". (Looked for DIR/config/graph/hen.graphql, "
            "DIR/graph/hen.graphql.)\n"
            "DIR/config/config.conf:2:9: There is no file \"base\". (Looked for DIR/config/base.properties, DIR/config/base.json, "
            "DIR/config/base.conf, "
            "DIR/config/base, DIR/base.properties, DIR/base.json, DIR/base.conf, DIR/base.)\n");
  EXPECT_EQ(outcome("nowhere.conf"), "DIR/nowhere.conf: There is no file \"DIR/nowhere.conf\".\n");
  EXPECT_EQ(outcome("config"), "DIR/config: \"DIR/config\" is a folder, not a file.\n");
}

TEST_F(Include, ProblemsInIncludedFilesAreAtTheirPlace) {
  write("config/config.conf", "a { include \"one.conf\" }\nb = include file(\"two.conf\")\nc = ${nowhere}");
  write("config/one.conf", "x = 1\ny = [1,,2]\n");
  write("config/two.conf", "\nz = @");
  EXPECT_EQ(outcome(),
            "DIR/config/one.conf:2:8: A comma needs a value before it.\nDIR/config/two.conf:2:5: The character @ has no meaning here. "
            "(Put the value in double quotes when the character belongs to it.)\n");
  write("config/one.conf", "x = ${y}\n");
  write("config/two.conf", "z = ${x}");
  EXPECT_THAT(outcome(), HasSubstr("DIR/config/one.conf:1:5: ${y} is defined neither"));
  EXPECT_THAT(outcome(), HasSubstr("DIR/config/two.conf:1:5: ${x} is defined neither"));
  EXPECT_THAT(outcome(), HasSubstr("DIR/config/config.conf:3:5: ${nowhere} is defined neither"));
}

TEST_F(Include, SubstitutionsLookOutwardsFileByFile) {
  write("config/config.conf", "name = outermost\nonly = root\na { name = middle, include \"a.conf\" }");
  write("config/a.conf", "b { include \"b.conf\" }");
  write("config/b.conf", "n = ${name}\no = ${only}");
  EXPECT_EQ(outcome(), R"({"name":"outermost","only":"root","a":{"name":"middle","b":{"n":"middle","o":"root"}}})");
}

TEST_F(Include, RelativeToTheIncludingFile) {
  write("config/config.conf", "include \"sub/one.conf\"");
  write("config/sub/one.conf", "one = 1\ninclude \"two.conf\"\ntext = include file(text.txt)");
  write("config/sub/two.conf", "two = 2");
  write("config/sub/text.txt", "t");
  EXPECT_EQ(outcome(), R"({"one":1,"two":2,"text":"t"})");
  const std::string absolute = (folder_ / "config/sub/two.conf").string();
  write("other/x.conf", "include \"" + absolute + "\"");
  EXPECT_EQ(outcome("other/x.conf"), R"({"two":2})");
}

TEST_F(Include, FilesThatIncludeEachOther) {
  write("config/config.conf", "include \"a.conf\"");
  write("config/a.conf", "x = 1\ninclude \"b.conf\"");
  write("config/b.conf", "include \"a.conf\"");
  EXPECT_EQ(outcome(),
            "DIR/config/b.conf:1:9: This file includes itself. (DIR/config/config.conf -> DIR/config/a.conf -> DIR/config/b.conf -> "
            "DIR/config/a.conf)\n");
}

TEST_F(Include, Limits) {
  for (int i = 0; i < 8; ++i) write(fmt::format("config/{}.conf", i), fmt::format("include \"{0}.conf\"\ninclude \"{0}.conf\"", i + 1));
  write("config/8.conf", "x = 1");
  options_.files_max = 100;
  EXPECT_THAT(outcome("config/0.conf"), HasSubstr("More than 100 files are included."));
  options_ = {};
  options_.include_depth_max = 5;
  EXPECT_THAT(outcome("config/0.conf"), HasSubstr("DIR/config/5.conf:1:9: Includes are nested deeper than 5."));
  options_ = {};
  EXPECT_EQ(outcome("config/0.conf"), R"({"x":1})");
  write("config/config.conf", "a = include file(large.txt)");
  write("config/large.txt", std::string(200, 'x'));
  options_.bytes_max = 200;
  EXPECT_EQ(outcome(), "DIR/config/large.txt: The config and what it includes are larger than 200 bytes.\n");
}

TEST_F(Include, TextMustBeText) {
  write("config/config.conf", "a = include file(x.bin)");
  write("config/x.bin", "ab\nc\xff");
  EXPECT_EQ(outcome(), "DIR/config/x.bin:2:2: This byte is not UTF-8.\n");
}

}  // namespace
}  // namespace millrace::hocon
