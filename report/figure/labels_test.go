package figure

import (
	"fmt"
	"testing"

	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"
)

// Names of up to a dozen marks, wherever those are, cover no other name and
// leave no panel of a page, and two always find room.
func TestLabelsKeepOffEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inside := box(0, 0, 460, 240)
		var names []string
		var marks []vg.Point
		for i := range rapid.IntRange(1, 12).Draw(t, "n") {
			names = append(names, fmt.Sprintf("topk-max-any:rounds=%d", i))
			marks = append(marks, vg.Point{X: vg.Length(rapid.IntRange(10, 450).Draw(t, "x")), Y: vg.Length(rapid.IntRange(10, 230).Draw(t, "y"))})
		}
		placed := placeLabels(names, marks, nil, inside)
		for i, l := range placed {
			if l.covers { // there was no room: the figure has a legend instead
				if len(placed) <= 2 {
					t.Errorf("no room for %s among %d", l.text, len(placed))
				}
				continue
			}
			if overlap(l.box, inside) < float64(l.box.Size().X*l.box.Size().Y)-1e-6 {
				t.Errorf("%s at %v leaves the panel", l.text, l.box)
			}
			for _, other := range placed[:i] {
				if !other.covers && overlap(l.box, other.box) > 0 {
					t.Errorf("%s at %v covers %s at %v", l.text, l.box, other.text, other.box)
				}
			}
		}
	})
}
