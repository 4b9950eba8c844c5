package runs

import (
	"encoding/json"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func drawCell(t *rapid.T) Cell {
	names := []string{StrategyAxis, WorkloadAxis, PacksAxis, BackendAxis, RNGAxis, SeedAxis, "future"}
	var list []Coordinate
	for _, name := range rapid.Permutation(names).Draw(t, "axes")[:rapid.IntRange(0, len(names)).Draw(t, "n")] {
		value := rapid.String().Draw(t, name)
		if a, _ := findAxis(Axes(), name); a.Number {
			value = strconv.FormatUint(rapid.Uint64().Draw(t, name), 10)
		}
		list = append(list, Coordinate{name, value})
	}
	return NewCell(list...)
}

// TestCellSurvivesJSON: a cell read back has the same coordinates in the same
// order, seeds of 64 bits among them.
func TestCellSurvivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCell(t)
		text, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var back Cell
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !slices.Equal(c.coordinates, back.coordinates) {
			t.Fatalf("%v became %v", c.coordinates, back.coordinates)
		}
	})
}

// TestCellsAreEqualInAnyOrder: equality, ID and key see coordinates, not their
// order, and tell different cells apart.
func TestCellsAreEqualInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCell(t)
		d := NewCell(rapid.Permutation(c.coordinates).Draw(t, "order")...)
		if !c.Equal(d) || c.ID() != d.ID() {
			t.Fatalf("%v and %v differ", c.coordinates, d.coordinates)
		}
		for _, x := range c.coordinates {
			other := c.With(x.Axis, x.Value+"1")
			if c.Equal(other) || c.Key("") == other.Key("") {
				t.Fatalf("%v and %v are the same", c.coordinates, other.coordinates)
			}
			if less := c.Without(x.Axis); c.Equal(less) || less.Get(x.Axis) != "" {
				t.Fatalf("%v without %s is %v", c.coordinates, x.Axis, less.coordinates)
			}
		}
	})
}

// TestKeyOfFileIgnoresItsPath: the loads of a file are the same workload under
// every path.
func TestKeyOfFileIgnoresItsPath(t *testing.T) {
	c := planned("lpt").Cell
	d := c.With(WorkloadAxis, "elsewhere/w.csv")
	if c.Key(hash) != d.Key(hash) {
		t.Error("another path gives another key")
	}
	if c.Key("") == d.Key("") || c.Key("") == c.Key(hash) {
		t.Error("generated workloads must have keys of their own")
	}
}

func TestCellAccessors(t *testing.T) {
	c := planned("lpt:x=1").Cell
	if c.Strategy() != "lpt:x=1" || c.Workload() != "w" || c.Packs() != 3 || c.Backend() != "cpu" || c.RNG() != "philox" || c.Seed() != 1<<64-1 {
		t.Errorf("%+v", c)
	}
	if empty := (Cell{}); empty.Packs() != 0 || empty.Seed() != 0 || empty.Strategy() != "" {
		t.Errorf("%+v", empty)
	}
}

func TestCellRefusesWhatIsNoCell(t *testing.T) {
	for _, text := range []string{`[]`, `{"seed":-1}`, `{"seed":1.5}`, `{"seed":18446744073709551616}`, `{"packs":"many"}`, `{"packs":1e2}`, `{"packs":null}`, `{"strategy":[]}`, `{"strategy":"a","strategy":"b"}`} {
		var c Cell
		if err := json.Unmarshal([]byte(text), &c); err == nil {
			t.Errorf("%s: %v, want an error", text, c.coordinates)
		}
	}
}
