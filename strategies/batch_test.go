package strategies_test

import (
	"errors"
	"testing"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/fakebackend"
)

// A backend that knows no batches packs the problems one after the other, with a
// runner for each shape, and closes them all.
func TestBatchOfAnyBackend(t *testing.T) {
	shapes := []packing.Shape{{Layers: 2, Items: 6, Packs: 3}, {Layers: 1, Items: 4, Packs: 2}, {Layers: 2, Items: 6, Packs: 3}}
	b := &fakebackend.Backend{Named: "fake"}
	runner, err := strategies.PrepareBatch(b, strategies.Ensemble{}, shapes)
	if err != nil {
		t.Fatal(err)
	}
	var jobs []strategies.Job
	for _, shape := range shapes {
		p := &packing.Problem{Shape: shape, Weights: make([]float32, shape.Layers*shape.Items)}
		jobs = append(jobs, strategies.Job{Problem: p, Out: packing.NewPacking(shape)})
	}
	reports, err := runner.PackBatch(t.Context(), jobs)
	if err != nil || len(reports) != 3 {
		t.Fatalf("%v, %v", reports, err)
	}
	for _, j := range jobs {
		if err := j.Out.Validate(j.Problem); err != nil {
			t.Error(err)
		}
	}
	if err := runner.Close(); err != nil || b.Prepared != 2 || b.Closed != 2 {
		t.Errorf("%v: %d runners prepared, %d closed", err, b.Prepared, b.Closed)
	}
	b.Error = errors.New("broken")
	if _, err := strategies.PrepareBatch(b, strategies.Ensemble{}, shapes); !errors.Is(err, b.Error) {
		t.Errorf("%v", err)
	}
}
