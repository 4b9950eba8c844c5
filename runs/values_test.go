package runs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestValuesAreAMap: whatever is set, values hold what a map does, in the order
// of the names, in memory and as JSON, and a copy keeps what it had.
func TestValuesAreAMap(t *testing.T) {
	name := rapid.SampledFrom([]string{"", "a", "b", "stage/x", "time", "é\""})
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.MapOf(name, rapid.Float64()).Draw(t, "first")
		v := NewValues(want)
		for range rapid.IntRange(0, 4).Draw(t, "changes") {
			copied, before := v, maps.Clone(want)
			n, x := name.Draw(t, "name"), rapid.Float64().Draw(t, "value")
			v.Set(n, x)
			want[n] = x
			if !maps.Equal(maps.Collect(copied.All()), before) {
				t.Fatalf("a copy changed from %v to %v", before, maps.Collect(copied.All()))
			}
		}
		if v.Len() != len(want) || v.IsZero() != (len(want) == 0) || !maps.Equal(maps.Collect(v.All()), want) {
			t.Fatalf("%v, want %v", maps.Collect(v.All()), want)
		}
		var names []string
		for n := range v.All() {
			names = append(names, n)
		}
		if !slices.IsSorted(names) {
			t.Errorf("names %q", names)
		}
		for _, n := range []string{"", "a", "b", "other"} {
			x, ok := v.Get(n)
			if y, there := want[n]; ok != there || x != y {
				t.Errorf("%q: %v, %t, want %v, %t", n, x, ok, y, there)
			}
		}
		if got := fmt.Sprint(v); got != fmt.Sprint(want) {
			t.Errorf("printed as %s, want %v", got, want)
		}
		text, err := json.Marshal(v)
		var again Values
		if err == nil {
			err = json.Unmarshal(text, &again)
		}
		if err != nil || !again.Equal(v) {
			t.Errorf("%s reads as %v: %v", text, maps.Collect(again.All()), err)
		}
		x, _ := v.Get("a")
		v.Set("a", x/2+1)
		if x != 2 && again.Equal(v) {
			t.Errorf("equal to %v after a change", maps.Collect(v.All()))
		}
	})
}
