// Sorting networks for a few values in registers, made at compile time.
#pragma once
#include "device.cuh"

// A sorting network: pairs to exchange, then where the sorted words lie.
template <int E>
struct network {
  int pairs = 0;
  int a[E * E + 1] = {}, b[E * E + 1] = {}, at[E] = {};
  constexpr void add(int i, int j) {
    a[pairs] = i;
    b[pairs] = j;
    pairs++;
  }
};

// Batcher's odd-even merge, for any two lengths: merges the sorted places
// x[0 … m) and y[0 … n) into z[0 … m + n).
template <int E>
constexpr void add_merge(network<E> &net, const int *x, int m, const int *y, int n, int *z) {
  if (m == 0 || n == 0) {
    for (int i = 0; i < m; i++) z[i] = x[i];
    for (int i = 0; i < n; i++) z[i] = y[i];
    return;
  }
  if (m == 1 && n == 1) {
    net.add(x[0], y[0]);
    z[0] = x[0];
    z[1] = y[0];
    return;
  }
  int x0[E] = {}, x1[E] = {}, y0[E] = {}, y1[E] = {}, even[E] = {}, odd[E] = {};
  for (int i = 0; i < m; i++) (i % 2 ? x1 : x0)[i / 2] = x[i];
  for (int i = 0; i < n; i++) (i % 2 ? y1 : y0)[i / 2] = y[i];
  int evens = (m + 1) / 2 + (n + 1) / 2, odds = m / 2 + n / 2;
  add_merge(net, x0, (m + 1) / 2, y0, (n + 1) / 2, even);
  add_merge(net, x1, m / 2, y1, n / 2, odd);
  z[0] = even[0];
  int k = 1;
  for (int i = 0; i < odds; i++) {
    if (i + 1 < evens) net.add(odd[i], even[i + 1]);
    z[k++] = odd[i];
    if (i + 1 < evens) z[k++] = even[i + 1];
  }
  for (int i = odds + 1; i < evens; i++) z[k++] = even[i];
}

// Batcher's merge sort of the places first … first + n − 1.
template <int E>
constexpr void add_sort(network<E> &net, int first, int n, int *z) {
  if (n == 1) {
    z[0] = first;
    return;
  }
  int x[E] = {}, y[E] = {}, half = (n + 1) / 2;
  add_sort(net, first, half, x);
  add_sort(net, first + half, n - half, y);
  add_merge(net, x, half, y, n - half, z);
}

// The network that sorts E words. That of 9 is the shortest there is (25 pairs,
// Knuth, The Art of Computer Programming, volume 3, section 5.3.4).
template <int E>
constexpr network<E> sorter() {
  network<E> net;
  if (E == 9) {
    const int nine[] = {0, 3, 1, 7, 2, 5, 4, 8, 0, 7, 2, 4, 3, 8, 5, 6, 0, 2, 1, 3, 4, 5, 7, 8, 1,
                        4, 3, 6, 5, 7, 0, 1, 2, 4, 3, 5, 6, 8, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6};
    for (int i = 0; i < 50; i += 2) net.add(nine[i], nine[i + 1]);
    for (int i = 0; i < 9 && i < E; i++) net.at[i] = i;
    return net;
  }
  add_sort(net, 0, E, net.at);
  return net;
}

// The network that sorts E words that are bitonic or a rotation of that, for the odd
// sizes that rows have; found by search.
template <int E>
constexpr network<E> bitonic_sorter() {
  static_assert(E == 3 || E == 9);
  const int three[] = {0, 1, 0, 2, 1, 2};
  const int nine[] = {1, 7, 2, 6, 0, 5, 3, 8, 0, 3, 4, 7, 1, 4, 5, 8, 2, 3, 5, 6, 0, 1, 6, 7, 0, 2, 1, 2, 3, 4, 4, 5, 6, 8, 7, 8};
  network<E> net;
  for (int i = 0; i < (E == 3 ? 6 : 36); i += 2) net.add((E == 3 ? three : nine)[i], (E == 3 ? three : nine)[i + 1]);
  return net;
}

// Whether a network sorts a row of zeros and ones, bit i of which is in place i. If it
// does so with all rows of a kind, it sorts all rows of that kind.
template <int E>
constexpr bool sorts(const network<E> &net, u32 row) {
  for (int i = 0; i < net.pairs; i++) {
    u32 a = row >> net.a[i] & 1, b = row >> net.b[i] & 1;
    if (a > b) row ^= 1u << net.a[i] | 1u << net.b[i];
  }
  bool ones = false;
  for (int i = 0; i < E; i++) {
    bool one = row >> net.at[i] & 1;
    if (ones && !one) return false;
    ones = one;
  }
  return true;
}
template <int E>
constexpr bool sorts_all(const network<E> &net) {
  for (u32 row = 0; row < 1u << E; row++) {
    if (!sorts(net, row)) return false;
  }
  return true;
}
template <int E>
constexpr bool sorts_bitonic(network<E> net) {
  for (int i = 0; i < E; i++) net.at[i] = i;
  for (int first = 0; first < E; first++) {
    u32 row = 0;  // ones from first on, ever more, around the end
    for (int i = 0; i < E; i++) {
      row |= 1u << (first + i) % E;
      if (!sorts(net, row)) return false;
    }
  }
  return true;
}
static_assert(sorts_all(sorter<4>()) && sorts_all(sorter<5>()) && sorts_all(sorter<6>()) && sorts_all(sorter<8>()) && sorts_all(sorter<9>()));
static_assert(sorts_bitonic(bitonic_sorter<3>()) && sorts_bitonic(bitonic_sorter<9>()));
