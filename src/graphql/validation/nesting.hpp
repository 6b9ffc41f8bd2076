// How deep the selections of a document are nested once fragments are followed.
#pragma once

#include <cstddef>

#include "graphql/validation/fragments.hpp"

namespace millrace::graphql::validation {

/// The most selection sets within each other, those of fragments counted where they are spread. A document's text is nested as deep as the
/// parser allows; with fragments its selections may be nested hundreds of times deeper. A fragment that spreads itself, which is not valid,
/// counts once. Never recursive.
std::size_t nesting(const Document& document, const Fragments& fragments);

}  // namespace millrace::graphql::validation
