package packing_test

import (
	"encoding/json"
	"math"
	"math/big"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"packbench/packing"
)

// given is a layer of loads that float32 may not hold, as float64 and as the
// numbers that these stand for.
type given struct {
	kind   string
	packs  int
	loads  []float64
	number []*big.Rat
}

// givenLayers draws layers of up to most items of the kinds that people have.
func givenLayers(most int) *rapid.Generator[given] {
	return rapid.Custom(func(t *rapid.T) given {
		g := given{packs: rapid.IntRange(1, min(4, most)).Draw(t, "packs")}
		n := g.packs * rapid.IntRange(1, most/g.packs).Draw(t, "capacity")
		kinds := []string{"whole", "around 2^31", "around 2^53", "2^53 and 1", "tenths", "hundredths", "large tenths", "shares", "thirds", "sums", "far apart", "with zeros"}
		g.kind = rapid.SampledFrom(kinds).Draw(t, "kind")
		for range n {
			text := drawLoad(t, g.kind)
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			number, _ := new(big.Rat).SetString(text)
			if len(text) > 17 { // more digits than a decimal is known by
				number.SetFloat64(v)
			}
			g.loads, g.number = append(g.loads, v), append(g.number, number)
		}
		return g
	})
}

func drawLoad(t *rapid.T, kind string) string {
	text := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	small := rapid.Int64Range(0, 40)
	tenth := func(n int64, places int) string {
		return strconv.FormatInt(n, 10) + "e-" + strconv.Itoa(places)
	}
	switch kind {
	case "whole":
		return strconv.FormatInt(small.Draw(t, "w"), 10)
	case "around 2^31":
		return strconv.FormatInt(1<<31+small.Draw(t, "w"), 10)
	case "around 2^53":
		return strconv.FormatInt(1<<53-small.Draw(t, "w"), 10)
	case "2^53 and 1":
		return rapid.SampledFrom([]string{"9007199254740992", "9007199254740991", "1", "2"}).Draw(t, "w")
	case "tenths":
		return tenth(small.Draw(t, "w"), 1)
	case "hundredths":
		return tenth(rapid.Int64Range(0, 999).Draw(t, "w"), 2)
	case "large tenths":
		return tenth(20_000_000_000+small.Draw(t, "w"), 1)
	case "shares":
		return tenth(small.Draw(t, "w"), 30)
	case "thirds":
		return text(float64(small.Draw(t, "w")) / 3)
	case "sums":
		return text(0.1*float64(small.Draw(t, "w")) + 0.2)
	case "far apart":
		return rapid.SampledFrom([]string{"1e30", "3e30", "1e-30", "7", "0"}).Draw(t, "w")
	}
	return rapid.SampledFrom([]string{"0", "0", "0", "9007199254740991", "0.1"}).Draw(t, "w")
}

// ambiguous reports whether the loads stand for decimals or for floats, which
// differ by less than an ulp, as it turns out.
func (g given) ambiguous() bool {
	return g.kind == "thirds" || g.kind == "sums" || g.kind == "far apart"
}

// problem returns the layer as a problem.
func (g given) problem(t *rapid.T) *packing.Problem {
	weights := make([]float32, len(g.loads))
	for i, v := range g.loads {
		weights[i] = float32(v)
	}
	p, err := packing.NewGiven(weights, slices.Clone(g.loads), 1, len(weights), g.packs)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// pack draws a packing.
func drawPacking(t *rapid.T, s packing.Shape) *packing.Packing {
	g := packing.NewPacking(s)
	for slot, item := range rapid.Permutation(indices(s.Items)).Draw(t, "slots") {
		g.PackIndex[item], g.RankInPack[item] = int32(slot%s.Packs), int32(slot/s.Packs)
	}
	return g
}

// sums returns the loads of the packs, exactly.
func (g given) sums(a *packing.Packing) []*big.Rat {
	sums := make([]*big.Rat, g.packs)
	for q := range sums {
		sums[q] = new(big.Rat)
	}
	for i, r := range g.number {
		sum := sums[a.PackIndex[i]]
		sum.Add(sum, r)
	}
	return sums
}

// least returns the minimum max load of all packings, exactly.
func (g given) least() *big.Rat {
	sums := make([]*big.Rat, g.packs)
	for q := range sums {
		sums[q] = new(big.Rat)
	}
	count := make([]int, g.packs)
	var best *big.Rat
	var place func(i int)
	place = func(i int) {
		if i == len(g.number) {
			if most := maxRat(sums); best == nil || most.Cmp(best) < 0 {
				best = new(big.Rat).Set(most)
			}
			return
		}
		for q := range sums {
			if count[q] == len(g.number)/g.packs {
				continue
			}
			count[q]++
			sums[q].Add(sums[q], g.number[i])
			place(i + 1)
			sums[q].Sub(sums[q], g.number[i])
			if count[q]--; count[q] == 0 {
				break // empty packs are alike
			}
		}
	}
	place(0)
	return best
}

func maxRat(r []*big.Rat) *big.Rat { return slices.MaxFunc(r, (*big.Rat).Cmp) }
func minRat(r []*big.Rat) *big.Rat { return slices.MinFunc(r, (*big.Rat).Cmp) }

func nearest(r *big.Rat) float64 {
	v, _ := r.Float64()
	return v
}

// Every measure is that of the exact sums, rounded once.
func TestMeasuresOfGivenLoadsAreRoundedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := givenLayers(24).Draw(t, "layer")
		p := in.problem(t)
		a := drawPacking(t, p.Shape)
		q := packing.Evaluate(p, a)[0]
		sums := in.sums(a)
		most, least := maxRat(sums), minRat(sums)
		if in.ambiguous() {
			if math.Abs(q.Max-nearest(most)) > 1e-14*q.Max {
				t.Fatalf("maximum %v, exactly %v", q.Max, nearest(most))
			}
			return
		}
		if q.Max != nearest(most) || q.Min != nearest(least) {
			t.Fatalf("%s: max %v and min %v, exactly %v and %v", in.kind, q.Max, q.Min, nearest(most), nearest(least))
		}
		if want := nearest(new(big.Rat).Sub(most, least)); math.Abs(q.Imbalance()-want) > 1e-15*want {
			t.Fatalf("%s: imbalance %v, exactly %v", in.kind, q.Imbalance(), want)
		}
		total := new(big.Rat)
		for _, r := range in.number {
			total.Add(total, r)
		}
		if want := nearest(total.Quo(total, big.NewRat(int64(in.packs), 1))); q.Mean != want {
			t.Fatalf("%s: mean %v, exactly %v", in.kind, q.Mean, want)
		}
		if q.MaxOverMean() < 1 {
			t.Fatalf("max/mean %v", q.MaxOverMean())
		}
	})
}

// bound ≤ optimum ≤ any packing, as exact numbers and as they are rounded and
// written, and a gap of 0 is proof.
func TestBoundsOfGivenLoads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := givenLayers(9).Draw(t, "layer")
		p := in.problem(t)
		a := drawPacking(t, p.Shape)
		q := packing.Evaluate(p, a)[0]
		optimum, most := in.least(), maxRat(in.sums(a))
		slack := new(big.Rat)
		if in.ambiguous() {
			slack.SetFloat64(1e-14 * nearest(optimum))
		}
		limit := new(big.Rat).Add(optimum, slack)
		if q.LowerBound > nearest(limit) || q.LowerBound > q.Max {
			t.Fatalf("%s: bound %v, optimum %v, maximum %v", in.kind, q.LowerBound, nearest(optimum), q.Max)
		}
		if q.Gap() == 0 && most.Cmp(limit) > 0 {
			t.Fatalf("%s: no gap at %v, the optimum is %v", in.kind, nearest(most), nearest(optimum))
		}

		var tally packing.Tally
		tally.Count(p, a, 0)
		bound, ok := new(big.Rat).SetString(string(tally.AppendBound(nil)))
		if !ok || bound.Cmp(limit) > 0 {
			t.Fatalf("%s: bound %s is written, the optimum is %s", in.kind, tally.AppendBound(nil), optimum.FloatString(20))
		}
		var loads []json.Number
		if err := json.Unmarshal(tally.AppendLoads(nil), &loads); err != nil || len(loads) != in.packs {
			t.Fatalf("%s: loads %s: %v", in.kind, tally.AppendLoads(nil), err)
		}
		for q, sum := range in.sums(a) {
			got, _ := new(big.Rat).SetString(loads[q].String())
			if !in.ambiguous() && in.kind != "shares" && got.Cmp(sum) != 0 && len(loads[q]) < 20 {
				t.Fatalf("%s: load %s is written, exactly %s", in.kind, loads[q], sum.FloatString(20))
			}
		}
	})
}

// The same layer in another unit has the same quality, in that unit.
func TestMeasuresDoNotDependOnTheUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packs := rapid.IntRange(1, 6).Draw(t, "packs")
		n := packs * rapid.IntRange(1, 8).Draw(t, "capacity")
		whole := rapid.SliceOfN(rapid.Int64Range(0, 99999), n, n).Draw(t, "whole")
		places := rapid.IntRange(1, 9).Draw(t, "places")
		var units, decimals given
		units.packs, decimals.packs = packs, packs
		for _, w := range whole {
			units.loads = append(units.loads, float64(w))
			v, _ := strconv.ParseFloat(strconv.FormatInt(w, 10)+"e-"+strconv.Itoa(places), 64)
			decimals.loads = append(decimals.loads, v)
		}
		p, d := units.problem(t), decimals.problem(t)
		a := drawPacking(t, p.Shape)
		q, r := packing.Evaluate(p, a)[0], packing.Evaluate(d, a)[0]
		for _, m := range [][2]float64{{q.Max, r.Max}, {q.Min, r.Min}, {q.LowerBound, r.LowerBound}, {q.Imbalance(), r.Imbalance()}} {
			want, _ := strconv.ParseFloat(strconv.FormatFloat(m[0], 'f', -1, 64)+"e-"+strconv.Itoa(places), 64)
			if math.Abs(m[1]-want) > 1e-15*want {
				t.Fatalf("%v in units of 10^−%d is %v", m[0], places, m[1])
			}
		}
		if q.Gap() == 0 != (r.Gap() == 0) {
			t.Fatalf("gaps %v and %v", q.Gap(), r.Gap())
		}
	})
}

// Tenths that came as float32 are tenths; random float32 are not.
func TestFloat32TenthsAreRecognised(t *testing.T) {
	tests := []struct {
		name    string
		weights []float32
		want    bool
	}{
		{"tenths", []float32{25.2, 25.6, 48.2, 46.4}, true},
		{"hundredths", []float32{0.25, 1.37, 2.5, 0.01, 3.33, 0.2}, true},
		{"tenths and whole numbers", []float32{100, 0.1, 0.2, 99.7}, true},
		{"halves, which are exact", []float32{0.5, 1.5, 2.5, 3}, false},
		{"token counts", []float32{100, 200, 300, 400}, false},
		{"24 random bits", []float32{0.123456789, 0.987654321, 0.192837465, 0.564738291}, false},
		{"one number", []float32{0.1234567}, false},
		{"whole numbers beyond 2^24", []float32{1e9, 0.1, 0.2, 0.3}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := packing.New(tt.weights, 1, len(tt.weights), 1)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Given != nil; got != tt.want {
				t.Errorf("loads as given: %v", p.Given)
			}
		})
	}
}

func TestNewGivenRejects(t *testing.T) {
	for _, tt := range []struct {
		name  string
		given []float64
		want  string
	}{
		{"another number", []float64{1, 3}, "layer 0, item 1: weight 2 does not stand for the load 3"},
		{"too few", []float64{1}, "1 loads as given for 2 weights"},
		{"negative", []float64{1, -2}, "layer 0, item 1: weight -2"},
		{"too large", []float64{1, 1e39}, "the largest load is"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := packing.NewGiven([]float32{1, 2}, tt.given, 1, 2, 1)
			wantError(t, err, tt.want)
		})
	}
}
