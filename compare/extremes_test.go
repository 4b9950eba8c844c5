package compare

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/runs"
)

// TestAnyNumbersAreCompared: whatever finite numbers the records hold, the
// comparison ends, and every format can be written.
func TestAnyNumbersAreCompared(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.Float64Range(0, 100), rapid.SampledFrom([]float64{0, 5e-324, 1e-300, 1, 1e300, math.MaxFloat64}))
		draw := func() *runs.Run {
			r := invented(1, 2, same(1), same(1))
			for i := range r.Records {
				record := &r.Records[i]
				record.Run.Set(runs.TimeMeasure, max(5e-324, value.Draw(t, "time")))
				for l := range record.Layer[runs.MaxMeasure] {
					heaviest := value.Draw(t, "max")
					lightest := min(heaviest, value.Draw(t, "min"))
					mean := lightest + (heaviest-lightest)/2
					for name, v := range map[string]float64{
						runs.MaxMeasure: heaviest, runs.MinMeasure: lightest, runs.MeanMeasure: mean,
						runs.LowerBoundMeasure: mean, runs.ImbalanceMeasure: heaviest - lightest,
					} {
						record.Layer[name][l] = v
					}
				}
			}
			return r
		}
		limit := 0.05
		c, err := Runs(draw(), []*runs.Run{draw()}, Options{FailAbove: &limit, Measures: []string{"time", "imbalance", "gap", "max", "min", "max_over_mean", "balancedness", "relative_imbalance"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range Formats() {
			var b bytes.Buffer
			if err := c.Write(&b, format); err != nil {
				t.Fatalf("%s: %v", format, err)
			}
			if format == "json" && !json.Valid(b.Bytes()) {
				t.Error("not JSON")
			}
			if strings.Contains(b.String(), "NaN") {
				t.Errorf("NaN in %s:\n%s", format, b.String())
			}
		}
	})
}
