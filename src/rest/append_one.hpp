// One append for a request that makes one.
#pragma once

#include "document/store.hpp"

namespace millrace::rest {

/// One append; the place of an element in a batch says nothing about a request that has one.
Task<document::Receipt> append_one(document::Store& store, document::Append append);

}  // namespace millrace::rest
