package harness

import (
	"testing"

	"packbench/runs"
)

// TestLayersOfEqualLoadsAreIdentified: all layers of zipf are one set of loads in
// different orders, those of uniform are not.
func TestLayersOfEqualLoadsAreIdentified(t *testing.T) {
	for spec, want := range map[string]int{"zipf:layers=5,items=12": 1, "uniform:layers=5,items=12": 5} {
		w, err := newWorkload(runs.Workload{Spec: spec}, "")
		if err != nil {
			t.Fatal(err)
		}
		store := newLoadStore()
		distinct := map[float64]bool{}
		for _, seed := range []uint64{1, 1} {
			l, err := store.get(w, seed)
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range l.identities() {
				if id < 0 || id >= 1<<48 || id != float64(int64(id)) {
					t.Errorf("%v is not a whole number of 48 bits", id)
				}
				distinct[id] = true
			}
		}
		if len(distinct) != want {
			t.Errorf("%s: %d sets of loads, want %d", spec, len(distinct), want)
		}
	}
}

// TestInvocationsShareTheRepeats: each invocation makes its own part of the
// repeats, and what it made is not made again.
func TestInvocationsShareTheRepeats(t *testing.T) {
	e := small()
	e.Invocations = 3
	s, m := begin(t, e, "cpu")
	for i, left := range []int{3, 2, 1} {
		if u := s.Unfinished(); len(u) != 3 { // as it was when the session began
			t.Fatalf("unfinished %v", u)
		}
		s.Invocation = i
		records := recorded(t, s, m)
		if want := 6 * (4 - left); len(records) != want {
			t.Fatalf("%d records after %d invocations, want %d", len(records), i+1, want)
		}
		for _, r := range records {
			if r.Invocation != r.Repeat/3 {
				t.Errorf("repeat %d in invocation %d", r.Repeat, r.Invocation)
			}
		}
	}
	if got := len(m.asked); got != 3*2*4 { // each with its own warm-up
		t.Errorf("%d runs", got)
	}
}
