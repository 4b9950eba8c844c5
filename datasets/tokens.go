package datasets

import "packbench/internal/spec"

// countDefinitions are loads in tokens: whole numbers that sum to a given total.
func countDefinitions() []Definition {
	return []Definition{{
		Name:    "tokens",
		Summary: "token counts: total tokens dealt at random by unequal shares of the items",
		Source:  "routing of a batch: the counts are multinomial given the experts' popularity",
		Params: sized(defaultLayers, defaultItems,
			whole("total", 1<<19, 1, maxTokens, "routed tokens per layer (tokens × experts per token), all dealt"),
			spec.Param{Name: "shares", Kind: spec.Choice, Default: "lognormal", Choices: []string{"lognormal", "dirichlet"}, Doc: "distribution of the items' shares"},
			float("sigma", 0.65, 0, 10, "of lognormal shares: standard deviation of the logarithm"),
			float("alpha", 1.5, 0.01, 1e6, "of Dirichlet shares: concentration; less is more unequal")),
		make: newTokens,
	}}
}

func newTokens(v spec.Values) (generator, error) {
	total, sigma, alpha := v.Int("total"), v.Float("sigma"), v.Float("alpha")
	share := func(r *stream) float64 { return exponential(float64(sigma * r.normal())) }
	if v.Choice("shares") == "dirichlet" {
		// Gamma variates over their sum are Dirichlet; multinomial divides.
		share = func(r *stream) float64 { return r.gamma(alpha) }
	}
	return generator{layer: func(r *stream, _ int, out []float32) {
		shares := make([]float64, len(out))
		for i := range shares {
			shares[i] = share(r)
		}
		r.multinomial(total, shares, out)
	}}, nil
}
