package datasets

import (
	"fmt"

	"packbench/internal/spec"
)

// plainDefinitions are loads whose items are independent draws of one
// distribution, without a unit.
func plainDefinitions() []Definition {
	return []Definition{
		{
			Name:    "uniform",
			Summary: "independent loads, uniform on [lo, hi)",
			Params: sized(defaultLayers, defaultItems, scaled(
				float("lo", 0, 0, 1e6, "lower end"),
				float("hi", 1, 0, 1e6, "upper end (above lo)"))...),
			make: func(v spec.Values) (generator, error) {
				lo, hi := v.Float("lo"), v.Float("hi")
				if hi <= lo {
					return generator{}, fmt.Errorf("hi=%g is not above lo=%g: use a range such as lo=%g,hi=%g", hi, lo, lo, lo+1)
				}
				return independent(v, func(r *stream) float64 { return lo + float64((hi-lo)*r.uniform()) }), nil
			},
		},
		{
			Name:    "exponential",
			Summary: "independent loads, exponential with mean 1",
			Params:  sized(defaultLayers, defaultItems, scaled()...),
			make: func(v spec.Values) (generator, error) {
				return independent(v, (*stream).exponential), nil
			},
		},
		{
			Name:    "lognormal",
			Summary: "independent loads exp(sigma·z), z standard normal: median 1",
			Params: sized(defaultLayers, defaultItems, scaled(
				float("sigma", 0.5, 0, 10, "standard deviation of the logarithm; recorded expert loads have .4 to 2.6"))...),
			make: func(v spec.Values) (generator, error) {
				sigma := v.Float("sigma")
				return independent(v, func(r *stream) float64 { return exponential(float64(sigma * r.normal())) }), nil
			},
		},
		{
			Name:    "gamma",
			Summary: "independent loads, gamma with shape k and mean 1",
			Params: sized(defaultLayers, defaultItems, scaled(
				float("k", 2, 0.01, 1e6, "shape; the coefficient of variation is 1/√k; recorded expert loads have .3 to 15"))...),
			make: func(v spec.Values) (generator, error) {
				k := v.Float("k")
				return independent(v, func(r *stream) float64 { return r.gamma(k) / k }), nil
			},
		},
		{
			Name:    "zipf",
			Summary: "loads rank^−s in random order: the heaviest is 1, the second 2^−s",
			Source:  "Zipf's law; the usual model of skewed expert popularity, which recorded loads follow poorly",
			Params: sized(defaultLayers, defaultItems, scaled(
				float("s", 1, 0, 10, "exponent"),
				float("jitter", 0, 0, 1, "each load is multiplied by a uniform of [1 − jitter, 1 + jitter)"))...),
			make: newZipf,
		},
		{
			Name:    "bimodal",
			Summary: "many cold items of load about 1 and few hot ones of about ratio, in random places",
			Params: sized(defaultLayers, defaultItems, scaled(
				float("hot", 0.1, 0, 1, "share of hot items, rounded to whole items"),
				float("ratio", 10, 0, 1e6, "load of a hot item over that of a cold one"),
				float("spread", 0.1, 0, 1, "each load is multiplied by a uniform of [1 − spread, 1 + spread)"))...),
			make: newBimodal,
		},
		{
			Name:    "constant",
			Summary: "every load is 1: every packing is perfect",
			Params:  sized(defaultLayers, defaultItems, scaled()...),
			make: func(v spec.Values) (generator, error) {
				return independent(v, func(*stream) float64 { return 1 }), nil
			},
		},
	}
}

// independent generates items drawn one after the other.
func independent(v spec.Values, draw func(*stream) float64) generator {
	scale := v.Float("scale")
	return generator{layer: func(r *stream, _ int, out []float32) {
		for i := range out {
			out[i] = limit(draw(r) * scale)
		}
	}}
}

// around returns a factor of mean 1, uniform on [1 − spread, 1 + spread).
func (r *stream) around(spread float64) float64 {
	return 1 + float64(spread*(float64(2*r.uniform())-1))
}

func newZipf(v spec.Values) (generator, error) {
	s, jitter, scale := v.Float("s"), v.Float("jitter"), v.Float("scale")
	return generator{layer: func(r *stream, _ int, out []float32) {
		for i := range out {
			out[i] = limit(power(float64(i+1), -s) * r.around(jitter) * scale)
		}
		r.shuffle(out)
	}}, nil
}

func newBimodal(v spec.Values) (generator, error) {
	hot := int(float64(v.Float("hot")*float64(v.Int("items"))) + 0.5)
	ratio, spread, scale := v.Float("ratio"), v.Float("spread"), v.Float("scale")
	return generator{layer: func(r *stream, _ int, out []float32) {
		for i := range out {
			load := r.around(spread) * scale
			if i < hot {
				load *= ratio
			}
			out[i] = limit(load)
		}
		r.shuffle(out)
	}}, nil
}
