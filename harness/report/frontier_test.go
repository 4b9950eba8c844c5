package report

import (
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// A label rather covers the surroundings of marks than another label.
func TestFrontierLabelsKeepOffEachOther(t *testing.T) {
	c := draw.New(vgimg.New(400, 300))
	at := vg.Point{X: 200, Y: 150}
	label := (&frontier{}).drawLabel(&c, frontierPoint{name: "two-opt"}, at, nil, nil)
	marks := []vg.Rectangle{ // everywhere but beside the first
		box(0, 0, at.X, 300),
		box(at.X, label.Max.Y, 200, 300-label.Max.Y),
		box(at.X, 0, 200, label.Min.Y),
	}
	other := (&frontier{}).drawLabel(&c, frontierPoint{name: "two-opt:rounds=50"}, at, marks, []vg.Rectangle{label})
	if overlap(label, other) > 0 {
		t.Errorf("the second label, at %v, covers the first, at %v", other, label)
	}
}
