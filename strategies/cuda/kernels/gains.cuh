// What a swap is worth, by the two refinements.
#pragma once
#include "device.cuh"

// The smaller of the two parts of a swap's gain: what the heaviest pack loses,
// and what is left of the gap to the other pack.
DEVICE float gain_of(float delta, float gap) {
  float rest = gap - delta;
  return __builtin_fminf(delta, rest);
}

// What a swap of the heaviest and the lightest pack leaves of their difference.
DEVICE float rest_of(float delta, float difference) { return magnitude(difference - 2 * delta); }
