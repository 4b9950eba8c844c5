//go:build cuda

package cuda_test

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
	"packbench/strategies/cuda"
)

// mutant is a fault planted in a kernel: an edit of a source file, and the
// kernel to compile anew.
type mutant struct {
	name     string
	kernel   string // kernels/<kernel>.cu
	file     string // where the edit is; "" for the kernel's own file
	old, new string
}

var mutants = []mutant{
	{"not all words fetched", "fetch", "", "if (at >= words) return;", "if (at + 4 >= words) return;"},
	{"words fetched behind the end", "fetch", "", "if (at >= words) return;", ""},

	{"seed's high word dropped", "orders_words", "draws.cuh", "high0 ^ c3 ^ seed_high", "high0 ^ c3"},
	{"the first layer's head for all", "orders_words", "draws.cuh", "o.heads + 4 * (u64)layer", "o.heads"},
	{"zigzag of odd counts", "orders_words", "draws.cuh", "(items + 1) / 2", "items / 2"},
	{"one random order too many", "orders_words", "draws.cuh", "c - 2 < o.random", "c - 2 <= o.random"},
	{"idle warps not sent home", "orders_words", "", "if (first >= problems) return;", ""},
	{"truncated ties left", "orders_words", "", "if (!ballot((shift > 0) & (closest <= f::index_mask))) return;", "return;"},
	{"words like those behind the last", "orders_words", "", "shift++;", ";"},
	{"lower bits sorted alone", "orders_words", "", "u32 upper = (keys[item[e]] - low) >> (32 - f::index_bits);", "u32 upper = 0;"},
	{"upper bits sorted alone", "orders_words", "", "(word[e] - low) << f::index_bits : f::beyond", "0 : f::beyond"},
	{"keys overwritten while read", "orders_words", "", "      warp_barrier();\n      if (exists) store", "      if (exists) store"},
	{"items read before they are there", "orders_words", "", "store_words(item, keys + start);\n      warp_barrier();", "store_words(item, keys + start);"},
	{"idle lanes write", "orders_words", "", "if (exists && c != 1) {", "if (c != 1) {"},
	{"rows written behind the last", "orders_words", "", "if (first + row >= problems) break;\n    u64 out", "u64 out"},
	{"rows merged unmirrored", "orders_words", "wordsort.cuh", "int f = mirrored ? E - 1 - e : e;", "int f = e;"},

	{"block's words overwritten while read", "orders_block", "bitonic.cuh", "  u64 other[E];\n  block_barrier();", "  u64 other[E];"},
	{"block's words read too early", "orders_block", "bitonic.cuh", "= word[e];\n  block_barrier();", "= word[e];"},
	{"runs all rising", "orders_block", "bitonic.cuh", "bool swap = (a > b) == rising", "bool swap = a > b"},
	{"nothing behind the last item", "orders_block", "", "if (rank < (o.items + 3) / 4 * 4) sorted[rank] = 0;", ""},

	{"items of equal keys by lane", "orders_large", "blocksort.cuh", "count[digit] + count_lanes(same & lanes_below())", "count[digit] + count_lanes(same & ~lanes_below()) - 1"},
	{"counts updated while read", "orders_large", "blocksort.cuh", "    warp_barrier();\n    if (valid && (same & lanes_below()) == 0) count[digit] += count_lanes(same);\n    warp_barrier();\n  }\n  block_barrier();\n}", "    if (valid && (same & lanes_below()) == 0) count[digit] += count_lanes(same);\n    warp_barrier();\n  }\n  block_barrier();\n}"},
	{"scan before all have counted", "orders_large", "blocksort.cuh", "  block_barrier();\n  scan_counts", "  scan_counts"},

	{"weightless items spread", "greedy_lanes", "", "(weight > 0)", "(weight >= 0)"},
	{"tie between lanes", "greedy_lanes", "", " + ((lane_index() & by) != 0) <= other", " <= other"},
	{"tie between lanes that reduce", "greedy_lanes", "", "((holders & lanes_below()) == 0)", "(holders >> lane_index() == 1)"},
	{"tie in a lane", "greedy_lanes", "", "(rank_of(e[s].key, e[s].tag) < rank_of(key, tag))", "(e[s].key < key)"},
	{"one item too many", "greedy_lanes", "", "+ weight) | (tag << 16 & top_bit)", "+ weight)"},
	{"packs that do not exist", "greedy_lanes", "", "if ((e[s].tag & full_bit) == 0) continue;", ""},
	{"weights read too early", "greedy_lanes", "", "store_part();\n    warp_barrier();", "store_part();"},
	{"places read too early", "greedy_lanes", "", "    warp_barrier();\n    NO_UNROLL for (u32 i = lane;", "    NO_UNROLL for (u32 i = lane;"},
	{"places swapped", "greedy_lanes", "", "first | second << 16", "second | first << 16"},
	{"places behind the last problem", "greedy_lanes", "", "first + which < problems && ", ""},
	{"idle lanes count", "greedy_lanes", "", "member == 0 && exists", "member == 0"},
	{"tree read while written", "greedy_large", "", "      set_key(t, pack, fills ? full : load, key);\n      warp_barrier();", "      set_key(t, pack, fills ? full : load, key);"},
	{"inner nodes stale", "greedy_large", "", "to = reduce_min(key[l]);", "reduce_min(key[l]);"},

	{"ranked by falling imbalance", "select", "", "= float_bits(imbalance", "= ~float_bits(imbalance"},
	{"highest of equal candidates", "refine_quick", "select.cuh", "lowest_lane(ballot(own == lowest))", "31 - __builtin_clz(ballot(own == lowest))"},
	{"equal candidates of a lane taken together", "refine_quick", "select.cuh", "searching = searching & !found;", ""},
	{"the best candidate again", "refine_quick", "select.cuh", "key[e] = found ? none : key[e];", ""},
	{"ranking ignored", "refine_rounds", "select.cuh", "if (ranking) return ranking[k];", ""},

	{"written before the fence is late", "refine_quick", "choice.cuh", "    fence();\n    *shared", "    *shared"},
	{"read before others have written", "refine_quick", "choice.cuh", "r.count + layer);\n    fence();", "r.count + layer);"},
	{"counted while others write", "refine_quick", "choice.cuh", "  block_barrier();\n  if (threadIdx.x == 0) {  // for", "  if (threadIdx.x == 0) {  // for"},
	{"the first block chooses", "refine_quick", "choice.cuh", "*shared != r.keep - 1", "*shared != 0"},
	{"last of equal scores", "refine_quick", "choice.cuh", "reduce_min(best == lowest ? at : none)", "reduce_max(best == lowest ? at : 0)"},
	{"swaps of one candidate", "refine_quick", "choice.cuh", "steps = reduce_add(steps);", ""},
	{"no swaps written", "choose", "", "if (threadIdx.x == 0) out.set_steps(layer, 0);", ""},

	{"gains read too early", "refine_quick", "", "merit);\n  block_barrier();", "merit);"},
	{"pair read too early", "refine_quick", "", "  }\n  block_barrier();\n  return true;", "  }\n  return true;"},
	{"not the first of equal items", "refine_quick", "", "first = least(first, c.slot_index[top * 4 * Q + t]);", "first = c.slot_index[top * 4 * Q + t];"},
	{"swapped while others read", "refine_quick", "", "delta = weight_i - weight_j;\n  warp_barrier();", "delta = weight_i - weight_j;"},
	{"loads of one side", "refine_quick", "", "takes ? load + delta : load", "load"},
	{"best gain of the round before", "refine_quick", "", "c.best[turn ^ 1] = 0;", ""},
	{"next round too early", "refine_quick", "", "swap_items(c, turn, r.packs, load);\n    block_barrier();", "swap_items(c, turn, r.packs, load);"},
	{"packs that do not exist are heaviest", "refine_quick", "", "lane_index() < packs ? ordered_bits(load) : 0", "ordered_bits(load) + lane_index()"},
	{"loads summed in another order", "refine_quick", "", "(other.v[s] < index)", "(other.v[s] > index)"},
	{"epsilon ignored", "refine_rounds", "", "< difference - epsilon", "< difference"},
	{"2-opt's loads in greedy's order", "refine_rounds", "", "if (two_opts) order_slots(c);", ""},
	{"weights left in another order", "refine_rounds", "", "c.slot_weight[c.slot[i]] = c.weight[i];", ";"},
	{"heaviest read too early", "refine_rounds", "", "find_extremes(c, two_opts);\n  block_barrier();", "find_extremes(c, two_opts);"},
	{"items of a thread mistaken", "refine_rounds", "", "i << 16 | (threadIdx.x + e * blockDim.x)", "i << 16 | threadIdx.x"},
	{"swapped while others read, rounds", "refine_rounds", "", "delta = weight_i - weight_j;\n  warp_barrier();", "delta = weight_i - weight_j;"},
	{"loads read too early", "refine_rounds", "", "  warp_barrier();\n  find_extremes(c, two_opts);", "  find_extremes(c, two_opts);"},
	{"barrier for one lane", "refine_rounds", "", "  if (lane_index() == 1) {\n", "  if (lane_index() == 1) {\n    warp_barrier();\n"},
	{"last of equal heaviest packs", "refine_rounds", "loads.cuh", "if (key > best) best = key, at = p;", "if (key >= best) best = key, at = p;"},
	{"last of equal lightest packs", "refine_rounds", "loads.cuh", "if (key < best) best = key, at = p;", "if (key <= best) best = key, at = p;"},
	{"pairs mistaken", "refine_pairs", "", "low * (2 * c.capacity - low - 1) / 2", "low * (2 * c.capacity - low + 1) / 2"},
	{"sums of one pack left", "refine_pairs", "", "at < 2 * c.sets", "at < c.sets"},
	{"any of equal swaps", "refine_pairs", "", "code = least(code, same ? (a + t) << 16 | other << 8 | b : none);", "code = same ? (a + t) << 16 | other << 8 | b : code;"},
	{"packs that promise skipped", "refine_pairs", "", "* 0.5f >= best", "* 0.25f >= best"},
	{"packs that promise as much skipped", "refine_pairs", "", "* 0.5f >= best", "* 0.5f > best"},
	{"best read while others write", "refine_pairs", "", "bits_float(c.best[turn]));\n  block_barrier();", "bits_float(c.best[turn]));"},
	{"best read too early", "refine_pairs", "", "atomic_max(c.best + turn, merit);\n  block_barrier();", "atomic_max(c.best + turn, merit);"},
	{"swap read too early", "refine_pairs", "", "  if (code != none) atomic_min(c.code + turn, code);\n  block_barrier();", "  if (code != none) atomic_min(c.code + turn, code);"},
	{"best of the round before, pairs", "refine_pairs", "", "c.best[turn ^ 1] = 0;", ""},
	{"swap of the round before", "refine_pairs", "", "c.code[turn ^ 1] = none;", ""},
	{"items of the higher ranks left", "refine_pairs", "", "(lane == 1 && a >= c.capacity)", "false"},
	{"lower rank with higher", "refine_pairs", "", "(to_ranks >> 8 * lane & 0xff)", "(to_ranks >> 8 * (lane ^ 1) & 0xff)"},
	{"extremes read too early, pairs", "refine_pairs", "", "  }\n  warp_barrier();\n  find_extremes(c);\n}", "  }\n  find_extremes(c);\n}"},
	{"gap of the lightest for all", "refine_pairs", "", "DEVICE float most_of(const paired &c, u32 other, u32 first, u32 step, float most) {\n  float gap = c.load[*c.top] - c.load[other];", "DEVICE float most_of(const paired &c, u32 other, u32 first, u32 step, float most) {\n  float gap = c.load[*c.top] - c.load[*c.bottom];"},
	{"epsilon ignored, pairs", "refine_pairs", "", "u32 merit = most > epsilon ?", "u32 merit = most >= 0 ?"},
	{"loads summed backwards", "refine_large", "loads.cuh", "u32 turn = count_lanes(same & lanes_below());", "u32 turn = count_lanes(same & ~lanes_below()) - 1;"},
	{"later i of equals, large", "refine_large", "", "first != none && i < first", "first != none && i > first"},
	{"barrier for one warp", "refine_large", "", "if (warp_index() == 1) replace(c, to, s.j, s.i);", "if (warp_index() == 1) { replace(c, to, s.j, s.i); block_barrier(); }"},
	{"counts not cleared", "refine_large", "", "c.count[p] = 0;", ";"},
	{"reduction's memory in use", "refine_large", "", "reduce_min(v);\n  block_barrier();", "reduce_min(v);"},
	{"list out of order", "refine_large", "", "c.weight[list[t]] > c.weight[enters]", "c.weight[list[t]] < c.weight[enters]"},
	{"partner on one side only", "refine_large", "", "at = turn - (turn > 0); at <= turn && at < c.capacity; at++) {\n      float gain", "at = turn; at <= turn && at < c.capacity; at++) {\n      float gain"},
	{"places by position", "refine_large", "", "place[two_opts ? i : r.order[row + i]] = c.place[i];", "place[i] = c.place[i];"},
}

// sound is no mutant, built and run as they are: nothing may be caught in it.
var sound = mutant{name: "nothing", kernel: "orders_words", old: "#ifndef FEW", new: "#ifndef FEW"}

// The comparisons above are only worth something if they fail for wrong
// kernels. Each of these faults must be caught, by a check of the simulated
// driver or by a packing that differs from the CPU's.
func TestPlantedFaultsAreCaught(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles many kernels")
	}
	dir := t.TempDir()
	type built struct {
		library string
		err     error
	}
	all := append(slices.Clone(mutants), sound)
	libraries := make([]chan built, len(all)) // built while others run
	tokens := make(chan struct{}, 2)
	for i, m := range all {
		libraries[i] = make(chan built, 1)
		go func() {
			tokens <- struct{}{}
			defer func() { <-tokens }()
			library, err := m.build(filepath.Join(dir, fmt.Sprint(i)))
			libraries[i] <- built{library, err}
		}()
	}
	caught, problems := 0, expect(t)
	var failed error
	for i, m := range all {
		b := <-libraries[i] // of every mutant, so that none is built when the test has ended
		if b.err != nil && failed == nil {
			failed = fmt.Errorf("%s: %w", m.name, b.err)
		}
		if failed != nil {
			continue
		}
		how := m.run(t, b.library, problems)
		switch {
		case m == sound && how != "":
			t.Errorf("caught in a sound %s: %s", m.kernel, how)
		case m == sound:
		case how == "":
			t.Errorf("not caught: %s in %s", m.name, m.kernel)
		default:
			caught++
			t.Logf("%s in %s: %s", m.name, m.kernel, how)
		}
	}
	if failed != nil {
		t.Fatal(failed)
	}
	t.Logf("%d of %d planted faults caught", caught, len(mutants))
}

// build compiles the mutant's kernel and links it with the rest of the
// simulated driver.
func (m mutant) build(dir string) (string, error) {
	if err := os.CopyFS(filepath.Join(dir, "kernels"), os.DirFS("kernels")); err != nil {
		return "", err
	}
	file := m.file
	if file == "" {
		file = m.kernel + ".cu"
	}
	path := filepath.Join(dir, "kernels", file)
	source, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		return "", fmt.Errorf("%q is %d times in %s: the mutant needs an update", m.old, n, file)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(source), m.old, m.new, 1)), 0o644); err != nil {
		return "", err
	}
	// Only the mutated kernel is newer than its object.
	build, err := filepath.Abs("sim/build")
	if err != nil {
		return "", err
	}
	out, err := exec.Command("make", "-C", "sim", "mutant", "OUT="+build, "KERNEL="+m.kernel, "DIR="+dir).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%v: %s", err, out)
	}
	return filepath.Join(dir, "mutant.so"), nil
}

// few are the kernels of a source that a mutant of it is compiled with, where those
// are not all; the sources say so by FEW.
var few = map[string][]string{
	"orders_words": {"orders_words_8_9", "orders_words_32_9_full", "orders_words_32_12", "orders_words_32_16"},
	"greedy_lanes": {"greedy_lanes_4_8", "greedy_reduce_2", "greedy_reduce_2_wide"},
}

// shows reports whether a problem comes to the mutant's kernel, and to no kernel that
// the mutant lacks.
func (m mutant) shows(kernels []string) bool {
	comes := false
	for _, name := range kernels {
		of := strings.HasPrefix(name, m.kernel) || m.kernel == "greedy_lanes" && strings.HasPrefix(name, "greedy_reduce")
		if of && few[m.kernel] != nil && !slices.Contains(few[m.kernel], name) {
			return false
		}
		comes = comes || of
	}
	return comes
}

// expected is what the CPU makes of the problem of a boundary.
type expected struct {
	problem *packing.Problem
	random  strategies.Random
	packing *packing.Packing
	layers  []strategies.LayerStats
	kernels []string
}

func expect(t *testing.T) []expected {
	var all []expected
	for i, b := range boundaries {
		e := expected{problem: loads(t, b.loads, b.shape, uint64(i)), random: strategies.Random{Seed: uint64(i)<<40 + 12345}}
		want, report, err := pack(t, cpu.New(cpu.Options{}), b.strategy, e.problem, e.random)
		if err != nil {
			t.Fatal(err)
		}
		e.packing, e.layers = want, report.Layers
		e.kernels = cuda.KernelsOf(parse(t, b.strategy).(strategies.Ensemble), b.shape, 1)
		all = append(all, e)
	}
	return all
}

// run packs problems until one shows the fault, and says how it did.
func (m mutant) run(t *testing.T, library string, all []expected) string {
	for _, order := range orders {
		for i, e := range all {
			if !m.shows(e.kernels) {
				continue
			}
			b := boundaries[i]
			how := func() string {
				sim := simulate(t, library, "order="+order, cuda.Options{})
				got, report, err := pack(t, sim, b.strategy, e.problem, e.random)
				text := sim.done()
				switch {
				case errors.Is(err, strategies.ErrUnavailable):
					t.Fatal(err)
				case err != nil && !strings.Contains(err.Error(), "CUDA_ERROR_LAUNCH_FAILED") &&
					!strings.Contains(err.Error(), "CUDA_ERROR_ILLEGAL_ADDRESS") && !strings.Contains(err.Error(), "CUDA_ERROR_MISALIGNED"):
					t.Fatal(err) // no fault of the kernel's
				case err != nil:
					first, _, _ := strings.Cut(text, "\n")
					return cmp.Or(first, err.Error())
				case !equal(got, e.packing):
					return fmt.Sprintf("%v %s: the packing differs", b.shape, b.strategy)
				case fmt.Sprint(report.Layers) != fmt.Sprint(e.layers):
					return fmt.Sprintf("%v %s: the number of swaps differs", b.shape, b.strategy)
				}
				return ""
			}()
			if how != "" {
				return how
			}
		}
	}
	return ""
}
