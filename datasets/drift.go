package datasets

import (
	"math"

	"packbench/internal/spec"
)

// driftDefinition is loads whose logarithms drift around a base.
func driftDefinition() TraceDefinition {
	return TraceDefinition{
		Name:    "drift",
		Summary: "shares whose logarithms drift around a base, which may change now and then; multinomial counts",
		Source:  "shape of DeepSeek-V3's loads as recorded; the drift as in recordings of smaller models",
		Params: traceParams(
			float("sigma", 0.2, 0, 5, "standard deviation of the drift; of walk, of one window's step"),
			float("rho", 0.8, 0, 0.9999, "of ar and heavy: share of the drift left after one window"),
			spec.Param{Name: "family", Kind: spec.Choice, Default: "ar", Choices: []string{"ar", "walk", "heavy"}, Doc: "ar: AR(1), stationary; walk: a random walk from the base; heavy: AR(1) with jumps of Student's t, 3 degrees of freedom"},
			whole("change", 0, 0, 1<<16, "windows after which the workload changes: another base and drift; 0 for never")),
		Presets: []spec.Preset{
			{Name: "slow", Args: args("sigma", "0.05"), Doc: "steady traffic of one kind"},
			{Name: "medium", Args: args("sigma", "0.1"), Doc: "between"},
			{Name: "fast", Args: args("sigma", "0.2"), Doc: "the median of the recorded traces (the default)"},
			{Name: "very-fast", Args: args("sigma", "0.3"), Doc: "the upper quarter of them"},
		},
		make: newDrift,
	}
}

func newDrift(v spec.Values) (traceLayer, error) {
	sigma, rho, change, tokens := v.Float("sigma"), v.Float("rho"), v.Int("change"), v.Int("tokens")
	family := v.Choice("family")
	draw := base(v)
	innovation := float64(sigma * math.Sqrt(1-float64(rho*rho)))
	if family == "walk" {
		rho, innovation = 1, sigma
	}
	return func(r *stream, layer int, loads, expected [][]float32) {
		n := len(loads[0])
		center, drift, shares := make([]float64, n), make([]float64, n), make([]float64, n)
		for w := range loads {
			if w == 0 || change > 0 && w%change == 0 {
				draw(r, layer, center)
				for i := range drift {
					drift[i] = 0
					if family != "walk" {
						drift[i] = float64(sigma * r.normal())
					}
				}
				for i := range shares { // nothing is known of the drift yet
					shares[i] = exponential(center[i])
				}
			} else {
				for i := range shares {
					shares[i] = exponential(center[i] + float64(rho*drift[i]))
				}
				for i := range drift {
					z := r.normal()
					if family == "heavy" {
						z = r.jump(z)
					}
					drift[i] = float64(rho*drift[i]) + float64(innovation*z)
				}
			}
			expect(expected[w], shares, tokens)
			for i := range shares {
				shares[i] = exponential(max(-600, min(600, center[i]+drift[i])))
			}
			r.multinomial(tokens, shares, loads[w])
		}
	}, nil
}

// jump makes of a standard normal variate one of Student's t with 3 degrees of
// freedom, scaled to variance 1 and cut at 12.
func (r *stream) jump(z float64) float64 {
	chi := max(2*r.gamma(1.5), 1e-9)
	return max(-12, min(12, z/math.Sqrt(chi)))
}

// diurnalDefinition is a mix of workloads that changes with the time of day.
func diurnalDefinition() TraceDefinition {
	return TraceDefinition{
		Name:    "diurnal",
		Summary: "a mix of workloads, each with its own base and hours; the shares also drift; multinomial counts",
		Source:  "loads of different workloads hardly correlate (0.1) in recordings",
		Params: traceParams(
			whole("workloads", 3, 1, 64, "workloads in the mix"),
			whole("period", 24, 2, 1<<16, "windows of a day"),
			float("swing", 1.5, 0, 20, "how closely a workload keeps to its hours: half the logarithm of its max weight over its min"),
			float("sigma", 0.1, 0, 5, "standard deviation of the drift"),
			float("rho", 0.8, 0, 0.9999, "share of the drift left after one window")),
		make: newDiurnal,
	}
}

func newDiurnal(v spec.Values) (traceLayer, error) {
	sigma, rho, tokens := v.Float("sigma"), v.Float("rho"), v.Int("tokens")
	count, period, swing := v.Int("workloads"), v.Int("period"), v.Float("swing")
	draw := base(v)
	innovation := float64(sigma * math.Sqrt(1-float64(rho*rho)))
	return func(r *stream, layer int, loads, expected [][]float32) {
		n := len(loads[0])
		bases := make([][]float64, count)
		for k := range bases {
			bases[k] = make([]float64, n)
			draw(r, layer, bases[k])
			sum := 0.0
			for i, x := range bases[k] {
				bases[k][i] = exponential(x)
				sum += bases[k][i]
			}
			for i := range bases[k] {
				bases[k][i] /= sum
			}
		}
		drift, mixed, shares := make([]float64, n), make([]float64, n), make([]float64, n)
		for w := range loads {
			clear(mixed)
			for k, b := range bases {
				phase := float64(w)/float64(period) + float64(k)/float64(count)
				weight := exponential(float64(swing * wave(phase)))
				for i, s := range b {
					mixed[i] += float64(weight * s)
				}
			}
			for i := range shares {
				shares[i] = float64(mixed[i] * exponential(float64(rho*drift[i])))
			}
			expect(expected[w], shares, tokens)
			for i := range drift {
				step := innovation
				if w == 0 {
					step = sigma
				}
				drift[i] = float64(rho*drift[i]) + float64(step*r.normal())
				shares[i] = float64(mixed[i] * exponential(drift[i]))
			}
			r.multinomial(tokens, shares, loads[w])
		}
	}, nil
}

// wave goes from −1 to 1 and back as its argument grows by one, along parabolas
// that are within 6 % of a sine and the same on every machine.
func wave(phase float64) float64 {
	x := phase - math.Floor(phase) // 0 ≤ x < 1
	if x < .5 {
		return float64(16 * float64(x*(.5-x)))
	}
	x -= .5
	return float64(-16 * float64(x*(.5-x)))
}
