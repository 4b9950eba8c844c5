package cpu

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"packbench/packing"
	"packbench/strategies"
)

// By the zero-one principle, a network that sorts all rows of zeros and ones sorts
// everything. Up to 14 rows, all of them are tried.
func TestSortingNetworkSorts(t *testing.T) {
	apply := func(words []int, network []comparator) {
		for _, c := range network {
			a, b := c.a/halfLanes, c.b/halfLanes
			if a >= b {
				t.Fatalf("%d rows: rows %d and %d are compared the wrong way round", len(words), a, b)
			}
			words[a], words[b] = min(words[a], words[b]), max(words[a], words[b])
		}
	}
	for n := 1; n <= 14; n++ {
		network := newNetwork(n)
		words := make([]int, n)
		for bits := range 1 << n {
			for i := range words {
				words[i] = bits >> i & 1
			}
			if apply(words, network); !slices.IsSorted(words) {
				t.Fatalf("%d rows: %b is not sorted", n, bits)
			}
		}
	}
	for n := 15; n <= longPacks; n += 13 {
		words := rand.New(rand.NewPCG(1, uint64(n))).Perm(n)
		if apply(words, newNetwork(n)); !slices.IsSorted(words) {
			t.Fatalf("%d rows are not sorted", n)
		}
	}
}

// weightKinds are ways to make weights: few values with many ties, whole numbers,
// many binades, and neighbouring floats beside a tiny one, whose keys differ in bits
// that vector drops.
var weightKinds = map[string]func(r *rand.Rand, i int) float32{
	"equal":   func(*rand.Rand, int) float32 { return 1 },
	"zero":    func(*rand.Rand, int) float32 { return float32(math.Copysign(0, -1)) },
	"three":   func(r *rand.Rand, _ int) float32 { return float32(r.IntN(3)) },
	"whole":   func(r *rand.Rand, _ int) float32 { return float32(r.IntN(1000)) },
	"octaves": func(r *rand.Rand, _ int) float32 { return 1 + 2.2*r.Float32() }, // three, but two without noise
	"fine":    func(r *rand.Rand, _ int) float32 { return r.Float32() },
	"binades": func(r *rand.Rand, _ int) float32 { return float32(math.Exp2(200*r.Float64() - 120)) },
	"neighbours": func(r *rand.Rand, i int) float32 {
		if i == 0 {
			return 1e-40
		}
		return 1 + float32(r.IntN(300))*0x1p-23
	},
}

// Every lane has the order, places and imbalance that sorter and greedy give its
// candidate, and the same candidates are kept: for any shape within the limits and
// with any ties.
func TestVectorEqualsScalar(t *testing.T) {
	needsVector(t)
	kinds := slices.Sorted(maps.Keys(weightKinds))
	rapid.Check(t, func(rt *rapid.T) {
		packs := rapid.IntRange(1, rapid.SampledFrom([]int{shortPacks, longPacks, 300}).Draw(rt, "most packs")).Draw(rt, "packs")
		capacity := rapid.IntRange(1, rapid.SampledFrom([]int{20, max(20, 1024/packs)}).Draw(rt, "most")).Draw(rt, "capacity")
		e := strategies.Ensemble{Candidates: rapid.IntRange(2, 150).Draw(rt, "candidates"), Spread: 0.4, Floor: 0.8}
		e.Random = rapid.IntRange(0, e.Candidates-2).Draw(rt, "random")
		e.Keep = rapid.IntRange(1, min(e.Candidates, 20)).Draw(rt, "keep")
		if rapid.Bool().Draw(rt, "noise apart") {
			e.Spread, e.Floor = 0.3, 2 // candidate 0 is below all others
		}
		checkVector(rt, e, packs*capacity, packs, rapid.SampledFrom(kinds).Draw(rt, "weights"), rapid.Uint64().Draw(rt, "seed"))
	})
}

func TestVectorEqualsScalarAtItsLimits(t *testing.T) {
	needsVector(t)
	e := strategies.Ensemble{Candidates: 40, Random: 10, Keep: 4, Spread: 0.4, Floor: 0.8}
	for kind := range weightKinds {
		few := strategies.Ensemble{Candidates: 20, Random: 10, Keep: 2, Spread: 0.4, Floor: 0.8}
		checkVector(t, few, vectorItems, 1024, kind, 1)
		checkVector(t, few, vectorItems, longPacks, kind, 1)
	}
	for _, packs := range []int{1, 2, shortPacks, longPacks, 2 * longPacks} {
		for kind := range weightKinds {
			checkVector(t, e, longItems, packs, kind, 1)
			checkVector(t, e, min(shortCapacity*packs, longItems), packs, kind, 1)
		}
	}
}

func checkVector(t rapid.TB, e strategies.Ensemble, items, packs int, kind string, seed uint64) {
	shape := packing.Shape{Layers: 1, Items: items, Packs: packs}
	random := rand.New(rand.NewPCG(seed, 0))
	weights := make([]float32, shape.Items)
	for i := range weights {
		weights[i] = weightKinds[kind](random, i)
	}

	s := &source{ensemble: e, shape: shape, random: strategies.Random{Seed: seed}}
	scalar := newEnsembleWorker(e, shape, false)
	scalar.source = s
	scalar.greedy.setWeights(weights)
	v := newVector(e, shape, &scalar.greedy)
	if !v.setLayer(weights, 3, s.random) {
		t.Fatal("vector does not take the layer")
	}
	want, got := newSelection(e.Keep, 1, shape.Items), newSelection(e.Keep, 1, shape.Items)
	at := newSelection(0, 1, shape.Items).slots[0]
	for first := 0; first < e.Candidates; first += v.page() {
		v.turn(first)
		for b := range v.batches() {
			s.drawLanes(nil, v.drawn(b), v.draws, first+b*lanes)
			v.order(b)
		}
		for b := range v.batches() {
			v.score(b)
		}
		for lane := range v.count {
			spare := want.spares()[0]
			scalar.order(spare.order, 3, first+lane, weights)
			scalar.greedy.pack(spare)
			v.take(at, lane)
			if !v.places() {
				scalar.greedy.pack(at)
			}
			if !slices.Equal(at.order, spare.order) {
				t.Fatalf("%v, %s weights, candidate %d has the order\n     %v\nwant %v", shape, kind, first+lane, at.order, spare.order)
			}
			if !slices.Equal(at.place, spare.place) {
				t.Fatalf("%v, %s weights, candidate %d has the places\n     %v\nwant %v", shape, kind, first+lane, at.place, spare.place)
			}
			if v.imbalance(lane) != spare.imbalance {
				t.Fatalf("%v, %s weights, candidate %d has imbalance %v, want %v", shape, kind, first+lane, v.imbalance(lane), spare.imbalance)
			}
			want.offer(0)
		}
		v.offer(&got)
	}
	for i, slot := range want.best() {
		if other := got.best()[i]; !slices.Equal(other.order, slot.order) || other.imbalance != slot.imbalance {
			t.Fatalf("%v, %s weights: another candidate is kept as number %d, of imbalance %v, want %v", shape, kind, i, other.imbalance, slot.imbalance)
		}
	}
}

// By the zero-one principle, steps that sort all sequences of zeros and ones sort
// everything. Random ones are tried, with few rows to a block.
func TestBlockStepsSort(t *testing.T) {
	const rows = 4
	for blocks := 1; blocks <= vectorItems/blockRows; blocks += 1 + blocks/10 {
		steps := newBlocks(blocks)
		random := rand.New(rand.NewPCG(1, uint64(blocks)))
		for range 300 {
			words := make([]int, rows*blocks)
			ones := random.IntN(len(words) + 1)
			for i := range words {
				words[i] = random.IntN(len(words)) / max(1, ones)
			}
			applyBlocks(words, steps, rows)
			if !slices.IsSorted(words) {
				t.Fatalf("%d blocks are not sorted: %v", blocks, words)
			}
		}
	}
}

// applyBlocks is sortBlocks for one lane and blocks of the given number of rows.
func applyBlocks(words []int, steps []blockStep, rows int) {
	block := func(offset uint32) []int {
		at := int(offset) / (blockRows * 64) * rows
		return words[at : at+rows]
	}
	meet := func(a, b []int, i, j int) { a[i], b[j] = min(a[i], b[j]), max(a[i], b[j]) }
	for _, s := range steps {
		a, b := block(s.a), block(s.b)
		for i := range rows {
			switch s.kind {
			case blockHalve, blockHalveThen:
				meet(a, b, i, i)
			case blockFlip, blockFlipThen:
				meet(a, b, i, rows-1-i)
			}
		}
		switch s.kind {
		case blockSort:
			slices.Sort(a)
		case blockMerge, blockHalveThen, blockFlipThen:
			for d := rows / 2; d > 0; d /= 2 {
				for i := range rows {
					if i&d == 0 {
						meet(a, a, i, i+d)
					}
				}
			}
		}
	}
}

// The shape, the ensemble and the loads decide whether a vector packs a layer.
func TestVectorLimits(t *testing.T) {
	many := strategies.Ensemble{Candidates: 2, Keep: 1, Spread: 0.4, Floor: 0.8}
	for _, tt := range []struct {
		ensemble     strategies.Ensemble
		items, packs int
		want         bool
	}{
		{many, 72, 8, true},
		{many, vectorItems, 1, true},
		{many, vectorItems, vectorItems, true},
		{many, vectorItems + 8, 8, false},
		{strategies.Ensemble{Candidates: 1, Keep: 1}, 72, 8, false},
	} {
		shape := packing.Shape{Layers: 1, Items: tt.items, Packs: tt.packs}
		if got := newVector(tt.ensemble, shape, nil) != nil; got != tt.want {
			t.Errorf("%v, %d candidates: vector %t, want %t", shape, tt.ensemble.Candidates, got, tt.want)
		}
	}

	v := newVector(many, packing.Shape{Layers: 1, Items: 4, Packs: 2}, nil)
	for _, tt := range []struct {
		weights []float32
		floor   float32
		want    bool
	}{
		{[]float32{0, 0, 0, 0}, 0.8, true},
		{[]float32{1, 1e30, 0, 1e-40}, 0.8, true},
		{[]float32{1e38, 1e38, 1e38, 1e38}, 0.8, false},
		{[]float32{1e37, 1, 1, 1}, 1e3, false},
		{[]float32{0, 0, 0, 0}, float32(math.Inf(1)), false},
	} {
		v.ensemble.Floor = tt.floor
		if got := v.setLayer(tt.weights, 0, strategies.Random{}); got != tt.want {
			t.Errorf("%v times %v: vector %t, want %t", tt.weights, tt.floor, got, tt.want)
		}
	}
}
