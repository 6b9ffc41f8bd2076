// `millrace test`: runs the cases of a folder through its processors, without any store.
#pragma once

#include <filesystem>

namespace millrace::app {

/// Reads FOLDER/config/config.conf and the cases in FOLDER/tests/*.json (case_file.hpp), prints how each that fails differs from what it
/// expects, and gives the exit status: 0 when there are cases and all hold. No webhook is asked: a case has its answer.
int test_processors(const std::filesystem::path& folder);

}  // namespace millrace::app
