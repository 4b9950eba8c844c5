package figure

import (
	"slices"
	"testing"

	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"

	"packbench/internal/number"
)

// No point off the front is as good as one on it in both, and every point off
// the front is beaten by one on it.
func TestFrontIsWhatNoPointDominates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := LinearScale(5, number.Short)
		fr := Frontier{X: one, Y: one}
		for range rapid.IntRange(1, 12).Draw(t, "n") {
			fr.Points = append(fr.Points, Point{
				X: float64(rapid.IntRange(1, 5).Draw(t, "time")),
				Y: float64(rapid.IntRange(0, 5).Draw(t, "gap")),
			})
		}
		fr.Panel(NewPanel("")) // which sorts them
		front := fr.front()
		for _, p := range fr.Points {
			onFront := slices.ContainsFunc(front, func(q Point) bool { return q.X == p.X && q.Y == p.Y })
			beaten := slices.ContainsFunc(fr.Points, func(q Point) bool {
				return q.X <= p.X && q.Y <= p.Y && (q.X < p.X || q.Y < p.Y)
			})
			if onFront == beaten {
				t.Fatalf("%v on the front: %v, beaten: %v", p, onFront, beaten)
			}
		}
	})
}

func TestOverlapIsTheSharedArea(t *testing.T) {
	a := box(0, 0, 4, 4)
	for _, c := range []struct {
		b    vg.Rectangle
		want float64
	}{
		{box(2, 2, 4, 4), 4}, {box(4, 0, 1, 1), 0}, {box(1, 1, 1, 1), 1}, {box(-9, -9, 1, 1), 0},
	} {
		if got := overlap(a, c.b); got != c.want {
			t.Errorf("overlap with %v is %v, want %v", c.b, got, c.want)
		}
	}
}

func TestHeatLimit(t *testing.T) {
	rows := []HeatRow{{Values: make([]float64, 100)}}
	for i := range rows[0].Values {
		rows[0].Values[i] = 0.018
	}
	rows[0].Values[0] = 5 // one heavy pack does not make the others pale
	if got := HeatLimit(rows); got != 0.02 {
		t.Errorf("limit %v, want 0.02", got)
	}
	for _, rows := range [][]HeatRow{nil, {{Values: []float64{0, 0}}}} {
		if got := HeatLimit(rows); !(got > 0) {
			t.Errorf("limit %v of %v", got, rows)
		}
	}
}
