// Stable radix sort of one row of 32-bit keys by one block, in global memory,
// 8 bits a pass. No atomics: a warp ranks 32 keys at a time by ballots, so the
// result depends on nothing but the keys.
#pragma once
#include "device.cuh"

const u32 sort_threads = 512;
const u32 sort_warps = sort_threads / 32;
const u32 digits = 256;

// Words of shared memory that block_sort needs.
const u32 sort_shared_words = (sort_warps + 1) * digits;

// A row of keys and the items that go with them.
struct pairs {
  u32 *key, *item;
};

// The lanes whose digit equals this lane's, out of those in valid.
DEVICE u32 same_digit(u32 digit, u32 valid) {
  UNROLL for (int bit = 0; bit < 8; bit++) {
    u32 ones = ballot(digit >> bit & 1);
    valid &= digit >> bit & 1 ? ones : ~ones;
  }
  return valid;
}

// The part of a row of n that belongs to this warp: [begin, end), whole rows of
// 32 but for the last.
struct segment {
  u32 begin, end;
};
DEVICE segment warp_segment(u32 n) {
  u32 rows = (n + 31) / 32;
  u32 each = (rows + sort_warps - 1) / sort_warps * 32;
  u32 begin = least(n, each * warp_index());
  return {begin, least(n, begin + each)};
}

// Turns the counts [sort_warps, digits] into first destinations: all smaller
// digits, then the same digit of the warps before. total is [digits] scratch.
DEVICE void scan_counts(u32 *count, u32 *total) {
  if (threadIdx.x < digits) {
    u32 sum = 0;
    for (u32 w = 0; w < sort_warps; w++) {
      u32 c = count[w * digits + threadIdx.x];
      count[w * digits + threadIdx.x] = sum;
      sum += c;
    }
    total[threadIdx.x] = sum;
  }
  block_barrier();
  if (warp_index() == 0) {
    const u32 each = digits / 32;
    u32 *mine = total + lane_index() * each;
    u32 sum = 0;
    for (u32 i = 0; i < each; i++) sum += mine[i];
    u32 inclusive = sum;
    for (u32 by = 1; by < 32; by *= 2) {
      u32 left = shuffle_up(inclusive, by);
      if (lane_index() >= by) inclusive += left;
    }
    u32 base = inclusive - sum;
    for (u32 i = 0; i < each; i++) {
      u32 c = mine[i];
      mine[i] = base;
      base += c;
    }
  }
  block_barrier();
  if (threadIdx.x < digits) {
    for (u32 w = 0; w < sort_warps; w++) count[w * digits + threadIdx.x] += total[threadIdx.x];
  }
  block_barrier();
}

// One pass: from a to b by the digit at shift. destination maps the sorted rank
// to where the pair is written (the identity but for the zigzag).
template <typename Destination>
DEVICE void sort_pass(pairs a, pairs b, u32 n, u32 shift, u32 *shared, Destination destination) {
  u32 *count = shared + warp_index() * digits, *total = shared + sort_warps * digits;
  for (u32 d = lane_index(); d < digits; d += 32) count[d] = 0;
  warp_barrier();
  segment s = warp_segment(n);
  for (u32 base = s.begin; base < s.end; base += 32) {
    u32 at = base + lane_index();
    bool valid = at < s.end;
    u32 digit = valid ? a.key[at] >> shift & (digits - 1) : 0;
    u32 same = same_digit(digit, ballot(valid));
    if (valid && (same & lanes_below()) == 0) count[digit] += count_lanes(same);
    warp_barrier();
  }
  block_barrier();
  scan_counts(shared, total);
  for (u32 base = s.begin; base < s.end; base += 32) {
    u32 at = base + lane_index();
    bool valid = at < s.end;
    u32 key = valid ? a.key[at] : 0;
    u32 digit = key >> shift & (digits - 1);
    u32 same = same_digit(digit, ballot(valid));
    u32 rank = 0;
    if (valid) {
      rank = destination(count[digit] + count_lanes(same & lanes_below()));
      b.key[rank] = key;
      b.item[rank] = a.item[at];
    }
    warp_barrier();
    if (valid && (same & lanes_below()) == 0) count[digit] += count_lanes(same);
    warp_barrier();
  }
  block_barrier();
}

// Sorts n pairs in a by key, equal keys as they come; b is scratch of the same
// size. The last pass writes through destination.
template <typename Destination>
DEVICE void block_sort(pairs a, pairs b, u32 n, u32 *shared, Destination destination) {
  auto in_place = [](u32 rank) { return rank; };
  sort_pass(a, b, n, 0, shared, in_place);
  sort_pass(b, a, n, 8, shared, in_place);
  sort_pass(a, b, n, 16, shared, in_place);
  sort_pass(b, a, n, 24, shared, destination);
}
