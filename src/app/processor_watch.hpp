// What is told of a processor's work: attempts and outcomes, counted and logged, and a span for each attempt.
#pragma once

#include "observe/instruments.hpp"
#include "processing/pipeline.hpp"

namespace millrace::app {

/// Lets the pipeline of these options tell. The instruments outlive it.
void tell_of(processing::PipelineOptions& options, observe::Instruments& instruments);

}  // namespace millrace::app
