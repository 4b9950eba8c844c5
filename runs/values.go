package runs

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
)

// Values are numbers by name: the measures of a run. The zero value has none.
//
// A run directory may hold a million of them with the same few names, so values
// read together share one list of names, and each has little more than its
// numbers. What shares memory is never changed: [Values.Set] makes its own.
type Values struct {
	names   *names
	numbers []float64 // one per name
}

// names are in ascending order, and none occurs twice.
type names []string

// NewValues returns the values of a map.
func NewValues(of map[string]float64) Values {
	if len(of) == 0 {
		return Values{}
	}
	list := names(slices.Sorted(maps.Keys(of)))
	v := Values{&list, make([]float64, len(list))}
	for i, name := range list {
		v.numbers[i] = of[name]
	}
	return v
}

// Len returns how many values there are.
func (v Values) Len() int { return len(v.numbers) }

// Get returns the value of a name; ok is false where there is none.
func (v Values) Get(name string) (x float64, ok bool) {
	for i, n := range v.list() { // a handful
		if n == name {
			return v.numbers[i], true
		}
	}
	return 0, false
}

func (v Values) list() names {
	if v.names == nil {
		return nil
	}
	return *v.names
}

// All iterates over the values in the order of their names.
func (v Values) All() iter.Seq2[string, float64] {
	return func(yield func(string, float64) bool) {
		for i, name := range v.list() {
			if !yield(name, v.numbers[i]) {
				return
			}
		}
	}
}

// Set changes the value of a name, or adds one. Copies of v made before keep
// theirs.
func (v *Values) Set(name string, x float64) {
	all := maps.Collect(v.All())
	all[name] = x
	*v = NewValues(all)
}

// Equal reports whether both have the same values.
func (v Values) Equal(w Values) bool {
	return slices.Equal(v.numbers, w.numbers) && slices.Equal(v.list(), w.list())
}

// IsZero reports whether there is no value: records then have no member for them.
func (v Values) IsZero() bool { return len(v.numbers) == 0 }

// String is "map[stage/greedy:7 time:12]".
func (v Values) String() string { return fmt.Sprint(maps.Collect(v.All())) }

// MarshalJSON writes an object with a member per value.
func (v Values) MarshalJSON() ([]byte, error) { return marshal(maps.Collect(v.All())) }

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Values) UnmarshalJSON(text []byte) error {
	var all map[string]float64
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	*v = NewValues(all)
	return nil
}
