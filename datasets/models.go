package datasets

import (
	"packbench/internal/spec"
)

// modelDefinitions are token counts shaped like those of known models. Their
// constants are calibrated so that, over many layers, coefficient of variation,
// max/mean and zeros lie where recordings of the model have them; the values are
// this program's own. The variation between layers is as measured: a layer's
// spread is that of the model times exp(variation·z), z standard normal.
func modelDefinitions() []Definition {
	const measured = "shape measured on public recordings of the router's token counts; model: "
	variation := func(def float64, of string) spec.Param {
		return float("variation", def, 0, 2, "how layers differ: standard deviation of the logarithm of a layer's "+of)
	}
	shape := func(def float64) spec.Param {
		return float("shape", def, 0.05, 1e6, "shares are powers of gamma variates: the shape of these, in the median layer")
	}
	bend := func(def float64) spec.Param {
		return float("power", def, 0.05, 5, "the power; below 1 it takes from the high tail of gamma, and a lower shape adds to the low one")
	}
	total := func(tokens, perToken int) spec.Param {
		return whole("total", tokens*perToken, 1, maxTokens, "routed tokens per layer (tokens × experts per token), all dealt")
	}
	return []Definition{
		{
			Name:    "deepseek-v3",
			Summary: "token counts like DeepSeek-V3 and R1: lognormal with a heavy upper tail, later layers more unequal",
			Source:  measured + "DeepSeek-AI 2024, arXiv:2412.19437 (58 MoE layers, 256 routed experts, 8 per token)",
			Params: sized(58, 256, total(1<<15, 8),
				float("sigma", 0.665, 0, 5, "standard deviation of the logarithm of the shares, in the median layer"),
				float("skew", 0.035, 0, 0.5, "weight of z² beside z in the logarithm of the shares: hot experts hotter"),
				variation(0.16, "sigma")),
			Presets: []spec.Preset{
				{Name: "prefill", Doc: "prompts (the default)"},
				{Name: "decode", Args: args("sigma", "0.64", "skew", "0.025", "variation", "0.15"), Doc: "generation: a little more even"},
			},
			make: newDeepSeek,
		},
		{
			Name:    "qwen3",
			Summary: "token counts like Qwen3-235B-A22B: gamma with a long low tail, very unequal",
			Source:  measured + "Qwen Team 2025, arXiv:2505.09388 (94 layers, 128 experts, 8 per token)",
			Params: sized(94, 128, total(1<<15, 8),
				shape(0.42), bend(1.06), variation(0.28, "shape")),
			Presets: []spec.Preset{
				{Name: "235b", Doc: "94 layers (the default)"},
				{Name: "30b", Args: args("layers", "48", "shape", "0.38", "power", "1.25"), Doc: "Qwen3-30B-A3B: 48 layers, more unequal"},
			},
			make: newGammaModel,
		},
		{
			Name:    "gpt-oss",
			Summary: "token counts like gpt-oss: gamma with a long low tail, few experts",
			Source:  measured + "OpenAI 2025, arXiv:2508.10925 (24 layers of 32 experts or 36 of 128, 4 per token)",
			Params: sized(24, 32, total(1<<15, 4),
				shape(0.38), bend(0.58), variation(0.4, "shape")),
			Presets: []spec.Preset{
				{Name: "20b", Doc: "24 layers of 32 experts (the default)"},
				{Name: "120b", Args: args("layers", "36", "items", "128"), Doc: "36 layers of 128 experts, the spread of the smaller model"},
			},
			make: newGammaModel,
		},
		{
			Name:    "mixtral",
			Summary: "token counts like Mixtral-8x7B: few experts, nearly even",
			Source:  measured + "Jiang et al. 2024, arXiv:2401.04088 (32 layers, 8 experts, 2 per token)",
			Params: sized(32, 8, total(1<<12, 2),
				shape(6), bend(1), variation(0.7, "shape")),
			make: newGammaModel,
		},
		{
			Name:    "llama4",
			Summary: "token counts like Llama-4-Maverick in generation: one extreme expert per layer, half of the experts idle",
			Source:  measured + "Meta 2025 (24 MoE layers, 128 routed experts, 1 per token)",
			Params: sized(24, 128, total(1<<8, 1),
				float("sigma", 1.3, 0, 5, "standard deviation of the logarithm of the shares of the other experts"),
				float("extreme", 0.15, 0.001, 0.999, "share of the tokens that the extreme expert takes, in the median layer"),
				float("variation", 1.3, 0, 5, "how layers differ: standard deviation of the log-odds of the extreme share")),
			make: newLlama4,
		},
	}
}

// args pairs keys and values.
func args(pairs ...string) []spec.Arg {
	var list []spec.Arg
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, spec.Arg{Key: pairs[i], Value: pairs[i+1]})
	}
	return list
}

// counts generates token counts, total in each layer, by the shares that fill
// makes.
func counts(total int, fill func(r *stream, layer int, shares []float64)) generator {
	return generator{layer: func(r *stream, layer int, out []float32) {
		shares := make([]float64, len(out))
		fill(r, layer, shares)
		r.multinomial(total, shares, out)
	}}
}

// varied returns spread times exp(variation·z): the spread of one layer.
func (r *stream) varied(spread, variation float64) float64 {
	return spread * exponential(float64(variation*r.normal()))
}

func newDeepSeek(v spec.Values) (generator, error) {
	sigma, skew, variation := v.Float("sigma"), v.Float("skew"), v.Float("variation")
	return counts(v.Int("total"), func(r *stream, layer int, shares []float64) {
		s := r.varied(sigma*deeper(layer), variation)
		for i := range shares {
			z := r.normal()
			shares[i] = exponential(min(600, float64(s*(z+float64(skew*(float64(z*z)-1))))))
		}
	}), nil
}

// deeper is how much more unequal a layer of DeepSeek-V3 is than its median
// layer: recorded coefficients of variation are level over the first half of the
// 58 layers and a fifth higher in the last quarter.
func deeper(layer int) float64 {
	depth := min(1, float64(layer)/57)
	return 0.96 + float64(0.4*max(0, depth-0.45))
}

func newGammaModel(v spec.Values) (generator, error) {
	shape, bend, variation := v.Float("shape"), v.Float("power"), v.Float("variation")
	return counts(v.Int("total"), func(r *stream, _ int, shares []float64) {
		k := max(0.05, r.varied(shape, variation))
		for i := range shares {
			shares[i] = power(r.gamma(k), bend)
		}
	}), nil
}

func newLlama4(v spec.Values) (generator, error) {
	sigma, extreme, variation := v.Float("sigma"), v.Float("extreme"), v.Float("variation")
	odds := extreme / (1 - extreme)
	return counts(v.Int("total"), func(r *stream, _ int, shares []float64) {
		others := 0.0
		hot := r.below(len(shares))
		for i := range shares {
			shares[i] = exponential(float64(sigma * r.normal()))
			if i != hot {
				others += shares[i]
			}
		}
		if others > 0 {
			shares[hot] = float64(others * r.varied(odds, variation))
		}
	}), nil
}
