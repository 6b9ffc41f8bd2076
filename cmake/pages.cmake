# The pages for browsers: web/build.mjs makes one file of them, and the linker an object of that file. No compiler sees the bytes, so no
# compiler cache can serve old ones.

find_program(MILLRACE_NODE node HINTS "${CMAKE_SOURCE_DIR}/.venv/bin" REQUIRED)
set(pages_packages "${CMAKE_SOURCE_DIR}/web/node_modules/.made-from")
if(NOT EXISTS "${pages_packages}")
  message(FATAL_ERROR "The packages of the pages are missing: run scripts/setup run")
endif()

set(pages_folder "${CMAKE_BINARY_DIR}/web")
file(GLOB_RECURSE pages_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/web/src/*")
add_custom_command(
  OUTPUT "${pages_folder}/pages.o"
  COMMAND "${MILLRACE_NODE}" "${CMAKE_SOURCE_DIR}/web/build.mjs" "${pages_folder}"
  # In its folder: the symbols are named after the path as it is given.
  COMMAND "${CMAKE_COMMAND}" -E chdir "${pages_folder}" ld -r -b binary -z noexecstack -o pages.o pages.bin
  DEPENDS ${pages_sources} "${CMAKE_SOURCE_DIR}/web/build.mjs" "${pages_packages}"
  COMMENT "Building the pages"
  VERBATIM)
target_sources(millrace_pages PRIVATE "${pages_folder}/pages.o")
