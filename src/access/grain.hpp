// Grain: how long an answer takes must not tell of what it leaves out.
//
// To find a document that who asks may not see takes a little longer than to find none, and the longer the larger it is. So an answer that
// may have left something out is given 1, 2, 4, 8 or 16 ms after it was asked for, or a multiple of 16 ms: whichever comes first once it is
// there. What makes less of a difference than that is not to be seen.
#pragma once

#include <chrono>

namespace millrace::access {

struct Grain {
  std::chrono::milliseconds finest{1};  // 0: answers are given as soon as they are there
  std::chrono::milliseconds coarsest{16};

  /// How long after it was asked for an answer is given that took so long.
  std::chrono::steady_clock::duration after(std::chrono::steady_clock::duration took) const {
    std::chrono::steady_clock::duration grain = finest;
    if (grain.count() == 0) return took;
    while (grain < took && grain < coarsest) grain *= 2;
    return (took + grain - std::chrono::steady_clock::duration{1}) / grain * grain;
  }
};

}  // namespace millrace::access
