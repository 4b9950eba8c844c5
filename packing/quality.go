package packing

import "math"

// Quality says how well one layer is packed. Loads are summed in float64 in
// item order, so sums of token counts are exact.
type Quality struct {
	Max        float64 `json:"max"`         // load of the heaviest pack (the makespan)
	Min        float64 `json:"min"`         // load of the lightest pack
	Mean       float64 `json:"mean"`        // mean load of a pack
	LowerBound float64 `json:"lower_bound"` // no packing has a smaller Max; see [LowerBound]
}

// Imbalance is max − min load, in the unit of the weights.
func (q Quality) Imbalance() float64 { return q.Max - q.Min }

// MaxOverMean is max/mean load (the peak-to-average ratio, PAR): 1 is perfect.
// A layer without load has 1.
func (q Quality) MaxOverMean() float64 { return ratio(q.Max, q.Mean) }

// Balancedness is mean/max load: 1 is perfect. A layer without load has 1.
func (q Quality) Balancedness() float64 { return ratio(q.Mean, q.Max) }

// Gap is (max − lower bound)/lower bound: 0 is proof of an optimal maximum. It
// is never negative; a layer without load has 0.
func (q Quality) Gap() float64 { return math.Max(0, ratio(q.Max, q.LowerBound)-1) }

func ratio(a, b float64) float64 {
	if b == 0 {
		return 1
	}
	return a / b
}

// Loads returns the load of each pack of each layer, [layers, packs]
// row-major, for the items' weights, [layers, items]. The packing must be valid.
func (g *Packing) Loads(weights []float32) []float64 {
	loads := make([]float64, g.Layers*g.Packs)
	for l := range g.Layers {
		g.layerLoads(loads[l*g.Packs:(l+1)*g.Packs], weights, l)
	}
	return loads
}

func (g *Packing) layerLoads(loads []float64, weights []float32, l int) {
	packs, _ := g.Layer(l)
	for i, w := range weights[l*g.Items : (l+1)*g.Items] {
		loads[packs[i]] += float64(w)
	}
}

// Evaluate returns the quality of each layer of g as an answer to p. The
// packing must be valid; see [Packing.Validate].
func Evaluate(p *Problem, g *Packing) []Quality {
	quality := make([]Quality, p.Layers)
	loads := make([]float64, p.Packs)
	var bound Bounder
	for l := range p.Layers {
		clear(loads)
		g.layerLoads(loads, p.Weights, l)
		q := Quality{Max: loads[0], Min: loads[0]}
		total := 0.0
		for _, load := range loads {
			q.Max = max(q.Max, load)
			q.Min = min(q.Min, load)
			total += load
		}
		q.Mean = total / float64(p.Packs)
		q.LowerBound = bound.LowerBound(p.Layer(l), p.Packs)
		quality[l] = q
	}
	return quality
}
