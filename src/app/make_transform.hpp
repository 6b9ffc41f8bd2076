// The transform that a processor's config describes.
#pragma once

#include <memory>

#include "app/model.hpp"
#include "io/loop.hpp"
#include "observe/spans.hpp"
#include "processing/transform.hpp"

namespace millrace::app {

/// For the loop's thread; the loop outlives it, and so does who knows which traces are kept (null: none is told to anybody).
std::unique_ptr<processing::Transform> make_transform(io::Loop& loop, const ProcessorModel& processor,
                                                      const observe::Spans* spans = nullptr);

/// What the processor's target says against a result; nothing when it takes it. The model outlives it.
processing::Refusal make_refusal(const ProcessorModel& processor);

/// Compiles the programs of every processor, in a process of its own; reports what is wrong with them at their places in the config.
void check_programs(const Model& model, std::vector<Problem>& problems);

}  // namespace millrace::app
