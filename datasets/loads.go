// Package datasets makes and reads the loads that strategies are compared on.
//
// A generated workload is named by a short form, "lognormal:sigma=0.5", and
// with a seed gives the same loads on every machine, bit for bit; [Definitions]
// lists those there are. Recorded loads are read with [Read] from what people and
// inference engines write; FORMATS.md lists the formats. Either way the result is a [Loads], whose [Loads.Hash] identifies
// its content.
package datasets

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"

	"packbench/internal/number"
)

// MaxLoads is the largest number of loads (steps × layers × items) that is
// generated or read: 1 GiB of float32.
const MaxLoads = 1 << 28

// Loads are the loads of the items of one or more layers at one or more steps.
// A step is a point in time, or another situation in which the same layers were
// observed.
type Loads struct {
	Name    string // of the recording or workload; may be empty
	Steps   int
	Layers  int
	Items   int
	Weights []float32 // [steps, layers, items] row-major, finite and ≥ 0
	// Values are the loads as given, [steps, layers, items] row-major, where one of
	// them is not a float32: Weights are these rounded to the nearest float32. Nil
	// where Weights are the loads as given.
	Values []float64
	// Notes say what the reader of a file decided that its user may want to know,
	// a sentence each: a first line that numbers the columns, say.
	Notes []string
}

// newLoads returns loads of the shape, all zero.
func newLoads(name string, steps, layers, items int) *Loads {
	return &Loads{Name: name, Steps: steps, Layers: layers, Items: items, Weights: make([]float32, steps*layers*items)}
}

// Step returns the weights of step i, [layers, items] row-major. The slice
// aliases Weights.
func (l *Loads) Step(i int) ([]float32, error) {
	if i < 0 || i >= l.Steps {
		return nil, fmt.Errorf("there is no step %d: %s", i, l.stepRange())
	}
	n := l.Layers * l.Items
	return l.Weights[i*n : (i+1)*n : (i+1)*n], nil
}

func (l *Loads) stepRange() string {
	if l.Steps == 1 {
		return "the loads have one step, 0"
	}
	return fmt.Sprintf("the loads have %s, 0 to %d", number.Count(l.Steps, "step"), l.Steps-1)
}

// At returns loads that hold step i only. They share memory with l.
func (l *Loads) At(i int) (*Loads, error) {
	if _, err := l.Step(i); err != nil {
		return nil, err
	}
	return l.Range(i, i+1)
}

// Range returns loads that hold the steps from ≤ step < to. They share memory
// with l.
func (l *Loads) Range(from, to int) (*Loads, error) {
	if from < 0 || to > l.Steps || from >= to {
		return nil, fmt.Errorf("there are no steps %d:%d (%d to %d): %s", from, to, from, to-1, l.stepRange())
	}
	n := l.Layers * l.Items
	steps := &Loads{Name: l.Name, Steps: to - from, Layers: l.Layers, Items: l.Items, Weights: l.Weights[from*n : to*n : to*n], Notes: l.Notes}
	if l.Values != nil {
		steps.Values = l.Values[from*n : to*n : to*n]
		steps.dropValues()
	}
	return steps, nil
}

// Value returns the load at index i of the row-major order, as it was given.
func (l *Loads) Value(i int) float64 {
	if l.Values == nil {
		return float64(l.Weights[i])
	}
	return l.Values[i]
}

// dropValues forgets Values where Weights say the same.
func (l *Loads) dropValues() {
	for i, v := range l.Values {
		if float64(l.Weights[i]) != v {
			return
		}
	}
	l.Values = nil
}

// Layer returns the weights of one layer at one step, [items]. The slice
// aliases Weights.
func (l *Loads) Layer(step, layer int) []float32 {
	lo := (step*l.Layers + layer) * l.Items
	return l.Weights[lo : lo+l.Items : lo+l.Items]
}

// Shape returns the shape in words: "58 layers of 288 items", with the number
// of steps before it where there are several.
func (l *Loads) Shape() string {
	text := fmt.Sprintf("%s of %s", number.Count(l.Layers, "layer"), number.Count(l.Items, "item"))
	if l.Steps != 1 {
		text = number.Count(l.Steps, "step") + " of " + text
	}
	return text
}

// Hash identifies the loads by their content: the SHA-256, in hex, of the
// numbers of steps, layers and items as 64-bit and the bits of the weights in
// row-major order as 32-bit little-endian words; after them, where there are
// Values, their bits as 64-bit words. Negative zero counts as zero. The name does
// not count.
func (l *Loads) Hash() string {
	h := sha256.New()
	buf := make([]byte, 0, 1<<14)
	for _, n := range [...]int{l.Steps, l.Layers, l.Items} {
		buf = binary.LittleEndian.AppendUint64(buf, uint64(n))
	}
	for _, w := range l.Weights {
		if len(buf)+4 > cap(buf) {
			h.Write(buf)
			buf = buf[:0]
		}
		buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(w+0)) // −0 + 0 is +0
	}
	for _, v := range l.Values {
		if len(buf)+8 > cap(buf) {
			h.Write(buf)
			buf = buf[:0]
		}
		buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(v+0))
	}
	h.Write(buf)
	return hex.EncodeToString(h.Sum(nil))
}

// Validate reports the first rule that the loads break: there is at least one
// step, layer and item, the weights fill the shape, every weight is finite and
// ≥ 0, and Weights are Values rounded, none of them to zero. The error names the
// (step,) layer and item.
func (l *Loads) Validate() error {
	if err := checkShape(l.Steps, l.Layers, l.Items); err != nil {
		return err
	}
	if n := l.Steps * l.Layers * l.Items; len(l.Weights) != n {
		return fmt.Errorf("%d weights for %s: need %d", len(l.Weights), l.Shape(), n)
	}
	for i, w := range l.Weights {
		if !(w >= 0 && w <= math.MaxFloat32) {
			return fmt.Errorf("%s: weight %v: a load must be a finite number ≥ 0", l.place(i), w)
		}
	}
	return l.validateValues()
}

func (l *Loads) validateValues() error {
	if l.Values != nil && len(l.Values) != len(l.Weights) {
		return fmt.Errorf("%d values for %s: need %d, or none", len(l.Values), l.Shape(), len(l.Weights))
	}
	for i, v := range l.Values {
		switch w := l.Weights[i]; {
		case float32(v) != w:
			return fmt.Errorf("%s: weight %v is not the value %v rounded to float32", l.place(i), w, v)
		case w == 0 && v != 0:
			return fmt.Errorf("%s: %w", l.place(i), tooSmall(v))
		}
	}
	return nil
}

// fromValues returns the loads of the shape with the values, [steps, layers,
// items], each of which must be a finite number ≥ 0 that float32 can hold. It
// keeps values where float32 does not say the same.
func fromValues(steps, layers, items int, values []float64) (*Loads, error) {
	loads := newLoads("", steps, layers, items)
	for i, v := range values {
		v += 0 // −0 becomes 0, so that equal loads have equal bits
		values[i] = v
		w, err := toWeight(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", loads.place(i), err)
		}
		loads.Weights[i] = w
		if float64(w) != v {
			loads.Values = values
		}
	}
	return loads, nil
}

// toWeight rounds a load to the nearest float32.
func toWeight(v float64) (float32, error) {
	w := float32(v)
	switch {
	case !(v >= 0 && v <= math.MaxFloat64):
		return 0, fmt.Errorf("weight %v: a load must be a finite number ≥ 0", v)
	case w > math.MaxFloat32:
		return 0, fmt.Errorf("weight %.6g is above the largest float32 (%.3g): scale the loads down", v, math.MaxFloat32)
	case w == 0 && v != 0:
		return 0, tooSmall(v)
	}
	return w, nil
}

// tooSmall is the error of a load that float32 rounds to zero.
func tooSmall(v float64) error {
	return fmt.Errorf("weight %.6g is below the smallest float32 (%.3g) and would count as 0: scale the loads up", v, math.SmallestNonzeroFloat32)
}

// place names the weight at index i: "layer 3, item 5", "step 1, layer 3, item 5".
func (l *Loads) place(i int) string {
	text := fmt.Sprintf("layer %d, item %d", i/l.Items%l.Layers, i%l.Items)
	if l.Steps != 1 {
		text = fmt.Sprintf("step %d, %s", i/l.Items/l.Layers, text)
	}
	return text
}

// checkShape reports a shape that is empty or larger than [MaxLoads].
func checkShape(steps, layers, items int) error {
	if steps < 1 || layers < 1 || items < 1 {
		return fmt.Errorf("%s of %s of %s: there are no loads", number.Count(steps, "step"), number.Count(layers, "layer"), number.Count(items, "item"))
	}
	if room := MaxLoads / items; layers > room || steps > room/layers {
		return fmt.Errorf("%s of %s of %s: the max is %d loads", number.Count(steps, "step"), number.Count(layers, "layer"), number.Count(items, "item"), MaxLoads)
	}
	return nil
}
