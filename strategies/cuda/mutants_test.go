//go:build cuda

package cuda_test

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

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
	{"seed's high word dropped", "orders_small", "draws.cuh", "high0 ^ c3 ^ seed_high", "high0 ^ c3"},
	{"zigzag of odd counts", "orders_small", "draws.cuh", "(items + 1) / 2", "items / 2"},
	{"minus zero kept", "orders_small", "device.cuh", "return magnitude(weights[i]);", "return weights[i];"},
	{"direction of the sort", "orders_small", "warpsort.cuh", "bool swap = (a > b) == rising", "bool swap = (a > b) && rising"},
	{"idle warps not sent home", "orders_small", "", "if (problem >= problems) return;", ""},
	{"wide stores without bounds", "orders_small", "", "if (first + e < o.items) *(four *)", "*(four *)"},
	{"items of equal keys by lane", "orders_large", "blocksort.cuh", "count[digit] + count_lanes(same & lanes_below())", "count[digit] + count_lanes(same & ~lanes_below()) - 1"},
	{"counts updated while read", "orders_large", "blocksort.cuh", "    warp_barrier();\n    if (valid && (same & lanes_below()) == 0) count[digit] += count_lanes(same);\n    warp_barrier();\n  }\n  block_barrier();\n}", "    if (valid && (same & lanes_below()) == 0) count[digit] += count_lanes(same);\n    warp_barrier();\n  }\n  block_barrier();\n}"},
	{"scan before all have counted", "orders_large", "blocksort.cuh", "  block_barrier();\n  scan_counts", "  scan_counts"},
	{"weightless items spread", "greedy_small", "", "weight[s] > 0", "weight[s] >= 0"},
	{"greedy tie in a lane", "greedy_small", "", "if (p.key[s] <= key)", "if (p.key[s] < key)"},
	{"greedy tie between lanes", "greedy_small", "", "(holders & lanes_below()) == 0", "(holders >> lane_index()) == 1"},
	{"one item too many", "greedy_small", "", "p.count[s] == capacity ? full", "p.count[s] > capacity ? full"},
	{"rank counts lanes above", "greedy_small", "", "match(pack) & lanes_below()", "match(pack) & ~lanes_below()"},
	{"tree read while written", "greedy_large", "", "      set_key(t, pack, fills ? full : load, key);\n      warp_barrier();", "      set_key(t, pack, fills ? full : load, key);"},
	{"inner nodes stale", "greedy_large", "", "to = reduce_min(key[l]);", "reduce_min(key[l]);"},
	{"idle warps in select", "select_small", "", "if (layer >= layers) return;", ""},
	{"select without ties", "select_small", "", "(u64)key << 32 | c", "(u64)key << 32 | (c ^ 1)"},
	{"equal pairs in the wrong order", "refine_small", "", "best_of_j > best || pair < code", "best_of_j > best || pair > code"},
	{"2-opt pairs in the wrong order", "refine_small", "", "best_of_j < best || pair < code", "best_of_j < best || pair > code"},
	{"later i of equals", "refine_small", "", "gain > best_of_j", "gain >= best_of_j"},
	{"swap while others read", "refine_small", "", "DEVICE void apply(const packed &c, swap s) {\n  warp_barrier();", "DEVICE void apply(const packed &c, swap s) {"},
	{"list not ready", "refine_small", "", "list_items(c, top, items, c.heavy, c.heavy_weight);\n  warp_barrier();\n  float best = epsilon;", "list_items(c, top, items, c.heavy, c.heavy_weight);\n  float best = epsilon;"},
	{"barrier for one lane", "refine_small", "", "if (lane_index() == 0) {\n    u32 from", "if (lane_index() == 0) {\n    warp_barrier();\n    u32 from"},
	{"epsilon ignored", "refine_small", "", "< difference - epsilon", "< difference"},
	{"loads summed backwards", "refine_small", "loads.cuh", "u32 turn = count_lanes(same & lanes_below());", "u32 turn = count_lanes(same & ~lanes_below()) - 1;"},
	{"last of equal heaviest packs", "refine_small", "loads.cuh", "if (key > best) best = key, at = p;", "if (key >= best) best = key, at = p;"},
	{"later i of equals, large", "refine_large", "", "first != none && i < first", "first != none && i > first"},
	{"barrier for one warp", "refine_large", "", "if (warp_index() == 1) replace(c, to, s.j, s.i);", "if (warp_index() == 1) { replace(c, to, s.j, s.i); block_barrier(); }"},
	{"counts not cleared", "refine_large", "", "c.count[p] = 0;", ";"},
	{"reduction's memory in use", "refine_large", "", "reduce_min(v);\n  block_barrier();", "reduce_min(v);"},
	{"list out of order", "refine_large", "", "c.weight[list[t]] > c.weight[enters]", "c.weight[list[t]] < c.weight[enters]"},
	{"partner on one side only", "refine_large", "", "at = turn - (turn > 0); at <= turn && at < c.capacity; at++) {\n      float gain", "at = turn; at <= turn && at < c.capacity; at++) {\n      float gain"},
	{"last of equal scores", "choose", "", "reduce_min(best == lowest ? at : none)", "reduce_max(best == lowest ? at : 0)"},
	{"swaps of one candidate", "choose", "", "swaps = reduce_add(swaps);", ""},
}

// The comparisons above are only worth something if they fail for wrong
// kernels. Each of these faults must be caught, by a check of the simulated
// driver or by a packing that differs from the CPU's.
func TestPlantedFaultsAreCaught(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles many kernels")
	}
	dir := t.TempDir()
	libraries := make([]string, len(mutants))
	errs := make([]error, len(mutants))
	var wait sync.WaitGroup
	tokens := make(chan struct{}, 2)
	for i, m := range mutants {
		wait.Go(func() {
			tokens <- struct{}{}
			libraries[i], errs[i] = m.build(filepath.Join(dir, fmt.Sprint(i)))
			<-tokens
		})
	}
	wait.Wait()
	caught := 0
	for i, m := range mutants {
		if errs[i] != nil {
			t.Fatalf("%s: %v", m.name, errs[i])
		}
		how := m.run(t, libraries[i])
		if how == "" {
			t.Errorf("not caught: %s in %s", m.name, m.kernel)
			continue
		}
		caught++
		t.Logf("%s in %s: %s", m.name, m.kernel, how)
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

// run packs problems until one shows the fault, and says how it did.
func (m mutant) run(t *testing.T, library string) string {
	for _, order := range orders {
		for i, b := range boundaries {
			p := loads(t, b.loads, b.shape, uint64(i))
			random := strategies.Random{Seed: uint64(i)<<40 + 12345}
			want, wantReport, err := pack(t, cpu.New(cpu.Options{}), b.strategy, p, random)
			if err != nil {
				t.Fatal(err)
			}
			how := func() string {
				sim := simulate(t, library, "order="+order, cuda.Options{})
				got, report, err := pack(t, sim, b.strategy, p, random)
				text := sim.done()
				switch {
				case errors.Is(err, strategies.ErrUnavailable):
					t.Fatal(err)
				case err != nil:
					first, _, _ := strings.Cut(text, "\n")
					return cmp.Or(first, err.Error())
				case !equal(got, want):
					return fmt.Sprintf("%v %s: the packing differs", b.shape, b.strategy)
				case fmt.Sprint(report.Layers) != fmt.Sprint(wantReport.Layers):
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
