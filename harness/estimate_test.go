package harness

import (
	"testing"
	"time"
)

// TestEstimateIsPerCell: a cell of an hour and one of a second each count with
// what they take, and nothing is foretold before both have run.
func TestEstimateIsPerCell(t *testing.T) {
	e := newEstimate(3, []Step{{Cell: 0}, {Cell: 1}, {Cell: 0}, {Cell: 1}, {Cell: 1}})
	want := func(left time.Duration, ok bool) {
		t.Helper()
		if got, known := e.remaining(); known != ok || known && got != left {
			t.Errorf("%v, %t: want %v, %t", got, known, left, ok)
		}
	}
	want(0, false)
	e.ran(0, time.Second)
	want(0, false)
	e.ran(1, time.Hour)
	want(2*time.Hour+time.Second, true)
	e.ran(1, time.Minute) // faster now
	want(time.Minute+time.Second, true)
	if n := e.drop(1); n != 1 {
		t.Errorf("%d runs dropped", n)
	}
	want(time.Second, true)
	e.ran(0, time.Hour)
	want(0, true)
}
