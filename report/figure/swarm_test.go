package figure

import (
	"testing"

	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"
)

// No dot leaves its row, and dots stay apart while there is room.
func TestSwarmDotsStayInTheirRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const radius, limit = 1.7, 9
		places := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) vg.Length {
			return vg.Length(rapid.IntRange(0, 300).Draw(t, "x"))
		}), 0, 80).Draw(t, "places")
		offsets := swarm(places, radius, limit)
		if len(offsets) != len(places) {
			t.Fatalf("%d offsets for %d places", len(offsets), len(places))
		}
		for i, dy := range offsets {
			if dy > limit || dy < -limit {
				t.Fatalf("dot %d is %v off its row, at most %v", i, dy, limit)
			}
		}
	})
	apart := swarm([]vg.Length{5, 5, 5, 40}, 1.7, 9)
	if apart[0] == apart[1] || apart[1] == apart[2] || apart[0] == apart[2] {
		t.Errorf("three dots at the same place have offsets %v", apart[:3])
	}
	if apart[3] != 0 {
		t.Errorf("a dot on its own is off by %v", apart[3])
	}
}
