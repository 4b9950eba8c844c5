package datasets

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"packbench/packing"
)

// must makes the loads of a workload that is known to be good.
func must(t *testing.T, text string, seed uint64) *Loads {
	t.Helper()
	w, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	loads, err := w.Generate(seed)
	if err != nil {
		t.Fatal(err)
	}
	return loads
}

// golden lists workloads whose loads must never change: records name them by
// spec and seed. Every name and preset is here, and every parameter that takes
// another path.
func golden() []string {
	specs := []string{
		"uniform:lo=3,hi=9,layers=3,items=24", "lognormal:sigma=2.5,layers=3,items=24", "gamma:k=0.3,layers=3,items=24",
		"zipf:s=1.3,jitter=0.5,layers=3,items=24", "exponential:scale=1e-06,layers=3,items=24",
		"tokens:shares=dirichlet,alpha=0.2,total=1000,layers=3,items=24",
		"planted:packs=4,target=1000,sigma=2,layers=3,items=24", "lpt-adversarial:packs=2,layers=3,items=6",
	}
	for _, d := range Definitions() {
		packs := ""
		if d.Name == "planted" || d.Name == "lpt-adversarial" {
			packs = ",packs=8"
		}
		specs = append(specs, d.Name+":layers=3,items=24"+packs)
		for _, p := range d.Presets {
			specs = append(specs, d.Name+":"+p.Name+",layers=3,items=24")
		}
	}
	return specs
}

// TestGoldenHashes fails when any generator's loads change. Should that ever be
// intended, delete the file's lines in question and run with UPDATE_GOLDEN=1.
func TestGoldenHashes(t *testing.T) {
	const path = "testdata/hashes.txt"
	var got bytes.Buffer
	for _, text := range golden() {
		fmt.Fprintf(&got, "%s seed=1 %s\n", text, must(t, text, 1).Hash())
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, got.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("loads changed (-want +got):\n%s", diff)
	}
}

func TestDefaultsAreUsable(t *testing.T) {
	for _, d := range Definitions() {
		loads := must(t, d.Name, 0)
		if err := loads.Validate(); err != nil {
			t.Errorf("%s: %v", d.Name, err)
		}
		if loads.Name != d.Name || d.Summary == "" {
			t.Errorf("%s: loads are named %q, the summary is %q", d.Name, loads.Name, d.Summary)
		}
		for _, p := range d.Presets {
			if err := must(t, d.Name+":"+p.Name, 0).Validate(); err != nil {
				t.Errorf("%s:%s: %v", d.Name, p.Name, err)
			}
		}
	}
}

// drawSpec draws a workload with any parameters within their ranges. The second
// result is false where the combination is refused.
func drawSpec(t *rapid.T) (Workload, bool) {
	d := rapid.SampledFrom(Definitions()).Draw(t, "definition")
	packs := rapid.IntRange(1, 9).Draw(t, "packs")
	items := packs * rapid.IntRange(1, 9).Draw(t, "capacity")
	args := []string{fmt.Sprintf("layers=%d", rapid.IntRange(1, 4).Draw(t, "layers")), fmt.Sprintf("items=%d", items)}
	for _, p := range d.Params[2:] {
		switch {
		case p.Name == "packs":
			args = append(args, fmt.Sprintf("packs=%d", packs))
		case rapid.Bool().Draw(t, p.Name+" at its default"):
		case len(p.Choices) > 0:
			args = append(args, p.Name+"="+rapid.SampledFrom(p.Choices).Draw(t, p.Name))
		case p.Max == math.Trunc(p.Max) && p.Min >= 1 && p.Max == maxTokens:
			args = append(args, fmt.Sprintf("%s=%d", p.Name, rapid.IntRange(int(p.Min), int(p.Max)).Draw(t, p.Name)))
		default:
			args = append(args, fmt.Sprintf("%s=%g", p.Name, rapid.Float64Range(p.Min, p.Max).Draw(t, p.Name)))
		}
	}
	w, err := Parse(d.Name + ":" + strings.Join(args, ","))
	if err == nil && (w.Items() != items || w.Spec().Name != d.Name) {
		t.Fatalf("%s has %d items, want %d", w.Spec(), w.Items(), items)
	}
	return w, err == nil
}

// For any workload and seed the loads are valid and reproducible, also from the
// canonical spec, a layer does not depend on the number of layers, and counts and
// known optima are as declared.
func TestWorkloadsAreValidAndReproducible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, ok := drawSpec(t)
		if !ok {
			t.Skip()
		}
		seed := rapid.Uint64().Draw(t, "seed")
		loads, err := w.Generate(seed)
		if err != nil {
			t.Fatal(err)
		}
		if err := loads.Validate(); err != nil {
			t.Fatalf("%s: %v", w.Spec(), err)
		}
		again, err := Parse(w.Spec().String())
		if err != nil {
			t.Fatal(err)
		}
		if same, _ := again.Generate(seed); same.Hash() != loads.Hash() {
			t.Fatalf("%s: other loads from the canonical spec", w.Spec())
		}
		more := w
		more.layers++
		if longer, _ := more.Generate(seed); cmp.Diff(longer.Weights[:len(loads.Weights)], loads.Weights) != "" {
			t.Fatalf("%s: a layer depends on the number of layers", w.Spec())
		}
		if o, known := w.Optimum(); known {
			checkOptimum(t, loads, o)
		}
	})
}

func checkOptimum(t *rapid.T, loads *Loads, o Optimum) {
	for l := range loads.Layers {
		if bound := packing.MeanBound(loads.Layer(0, l), o.Packs); bound != o.Max {
			t.Fatalf("%s, layer %d: the mean pack holds %v, the optimum is said to be %v", loads.Name, l, bound, o.Max)
		}
	}
}

func TestCountsSumToTotal(t *testing.T) {
	for _, d := range Definitions() {
		if !strings.Contains(fmt.Sprint(d.Params), "{total ") {
			continue
		}
		for _, total := range []int{1, 7, 1000, maxTokens} {
			loads := must(t, fmt.Sprintf("%s:total=%d,layers=5,items=24", d.Name, total), 9)
			for l := range loads.Layers {
				sum := 0.0
				for i, w := range loads.Layer(0, l) {
					if w != float32(math.Trunc(float64(w))) {
						t.Fatalf("%s, layer %d, item %d: %v is not whole", loads.Name, l, i, w)
					}
					sum += float64(w)
				}
				if sum != float64(total) {
					t.Errorf("%s, layer %d: %v tokens, want %d", loads.Name, l, sum, total)
				}
			}
		}
	}
}

func TestSeedsAndLayersDiffer(t *testing.T) {
	a, b := must(t, "uniform", 1), must(t, "uniform", 2)
	if a.Hash() == b.Hash() {
		t.Error("seeds 1 and 2 give the same loads")
	}
	if cmp.Diff(a.Layer(0, 0), a.Layer(0, 1)) == "" {
		t.Error("layers 0 and 1 have the same loads")
	}
}

// TestPlantedPartsFillTheirPack checks what a planted pack is made of: whole
// parts, none empty, that sum to the load of the pack.
func TestPlantedPartsFillTheirPack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shares := rapid.SliceOfN(rapid.Float64Range(1e-3, 1e6), 1, 12).Draw(t, "shares")
		total := rapid.IntRange(len(shares), maxTokens).Draw(t, "total")
		parts := make([]float32, len(shares))
		apportion(total, shares, parts)
		sum := float32(0)
		for _, p := range parts {
			if p < 1 {
				t.Fatalf("a part of %v in %v", p, parts)
			}
			sum += p
		}
		if sum != float32(total) {
			t.Fatalf("parts %v sum to %v, want %d", parts, sum, total)
		}
	})
}

// TestAdversarialFoolsLPT runs LPT, as Graham analysed it, on its worst case.
func TestAdversarialFoolsLPT(t *testing.T) {
	for _, packs := range []int{2, 3, 8, 32} {
		for _, capacity := range []int{3, 5} {
			loads := must(t, fmt.Sprintf("lpt-adversarial:packs=%d,items=%d,layers=2", packs, packs*capacity), 4)
			for l := range loads.Layers {
				if got, want := lptMax(loads.Layer(0, l), packs), float64(4*packs-1); got != want {
					t.Errorf("%d packs of %d: LPT comes to %v, want %v", packs, capacity, got, want)
				}
			}
		}
	}
}

// lptMax is the load of the heaviest pack that capped LPT leaves.
func lptMax(weights []float32, packs int) float64 {
	sorted := append([]float32(nil), weights...)
	for i := range sorted { // descending
		for j := i; j > 0 && sorted[j] > sorted[j-1]; j-- {
			sorted[j], sorted[j-1] = sorted[j-1], sorted[j]
		}
	}
	load, count := make([]float64, packs), make([]int, packs)
	heaviest := 0.0
	for _, w := range sorted {
		best := -1
		for p := range packs {
			if count[p] < len(weights)/packs && (best < 0 || load[p] < load[best]) {
				best = p
			}
		}
		load[best] += float64(w)
		count[best]++
		heaviest = max(heaviest, load[best])
	}
	return heaviest
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", `workload "" has no name`},
		{"lognormale", `unknown workload "lognormale": did you mean "lognormal"?`},
		{"lognormal:sgma=1", `lognormal has no parameter "sgma": did you mean "sigma"?`},
		{"lognormal:sigma=-1", "lognormal: sigma=-1 is out of range: use 0 to 10"},
		{"uniform:lo=2,hi=2", "uniform: hi=2 is not above lo=2"},
		{"uniform:layers=0", "uniform: layers=0 is out of range"},
		{"uniform:layers=1048576,items=67108864", "uniform: 1 step of 1048576 layers of 67108864 items: the max is 268435456 loads"},
		{"planted:packs=31", "planted: 288 items do not divide into 31 packs: use a divisor of 288"},
		{"planted:target=8", "planted: target=8 is below the 9 items of a pack: use 9 to 16777216"},
		{"lpt-adversarial:items=64", "lpt-adversarial: 64 items are fewer than three for each of 32 packs: use items=96 or more"},
		{"lpt-adversarial:packs=6000000,items=18000000,layers=1", "lpt-adversarial: packs=6000000: float32 cannot hold the loads: use 2 to 4194304"},
		{"gpt-oss:120", `gpt-oss has no preset "120": did you mean "120b"?`},
	} {
		if _, err := Parse(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%q): got error %v, want %s", c.text, err, c.want)
		}
	}
	if _, err := (Workload{}).Generate(0); err == nil {
		t.Error("the zero Workload generates loads")
	}
}
