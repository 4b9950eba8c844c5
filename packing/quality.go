package packing

import "math"

// Quality is how well one layer is packed. Its numbers are of the loads as
// given, summed without rounding and rounded once; see [Tally].
type Quality struct {
	Max        float64 `json:"max"`         // load of the heaviest pack (the makespan)
	Min        float64 `json:"min"`         // load of the lightest pack
	Mean       float64 `json:"mean"`        // mean load of a pack
	LowerBound float64 `json:"lower_bound"` // no packing has a smaller Max; see [LowerBound]

	rest float64 // what rounding took from Max − Min
}

// Imbalance is max − min load, in the unit of the weights.
func (q Quality) Imbalance() float64 { return q.Max - q.Min + q.rest }

// MaxOverMean is max/mean load (the peak-to-average ratio, PAR): 1 is perfect.
// A layer without load has 1.
func (q Quality) MaxOverMean() float64 { return ratio(q.Max, q.Mean) }

// Balancedness is mean/max load: 1 is perfect. A layer without load has 1.
func (q Quality) Balancedness() float64 { return ratio(q.Mean, q.Max) }

// Gap is (max − lower bound)/lower bound: 0 is proof of an optimal maximum. It
// is never negative; a layer without load has 0.
func (q Quality) Gap() float64 {
	gap := math.Max(0, ratio(q.Max, q.LowerBound)-1)
	if gap == 0 && q.Max > q.LowerBound {
		return 0x1p-53 // the ratio of neighbouring numbers may round to 1
	}
	return gap
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 1
	}
	return a / b
}

// Evaluate returns the quality of each layer of g as an answer to p. The
// packing must be valid; see [Packing.Validate].
func Evaluate(p *Problem, g *Packing) []Quality {
	quality := make([]Quality, p.Layers)
	var t Tally
	for l := range p.Layers {
		t.Count(p, g, l)
		quality[l] = t.Quality()
	}
	return quality
}

// Loads returns the load of each pack of each layer, [layers, packs] row-major,
// as the nearest float64. The packing must be a valid answer to p.
func (g *Packing) Loads(p *Problem) []float64 {
	loads := make([]float64, 0, g.Layers*g.Packs)
	var t Tally
	for l := range g.Layers {
		t.Count(p, g, l)
		loads = append(loads, t.loads...)
	}
	return loads
}

// below returns v, or the next smaller float64 where v is not below limit.
func below(v, limit float64) float64 {
	if v < limit {
		return v
	}
	return math.Nextafter(limit, math.Inf(-1))
}
