// Package datasets makes and reads the loads that strategies are compared on.
//
// A generated workload is named by a short form, "lognormal:sigma=0.5", and
// with a seed gives the same loads on every machine, bit for bit; [Definitions]
// lists those there are. Recorded loads are read from NumPy, JSON and CSV files
// with [Read]. Either way the result is a [Loads], whose [Loads.Hash] identifies
// its content.
package datasets

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
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
	return fmt.Sprintf("the loads have %d steps, 0 to %d", l.Steps, l.Steps-1)
}

// At returns loads that hold step i only. They share memory with l.
func (l *Loads) At(i int) (*Loads, error) {
	weights, err := l.Step(i)
	if err != nil {
		return nil, err
	}
	return &Loads{Name: l.Name, Steps: 1, Layers: l.Layers, Items: l.Items, Weights: weights}, nil
}

// Layer returns the weights of one layer at one step, [items]. The slice
// aliases Weights.
func (l *Loads) Layer(step, layer int) []float32 {
	lo := (step*l.Layers + layer) * l.Items
	return l.Weights[lo : lo+l.Items : lo+l.Items]
}

// Shape says the shape in words: "58 layers of 288 items", with the number of
// steps before it where there are several.
func (l *Loads) Shape() string {
	text := fmt.Sprintf("%s of %s", count(l.Layers, "layer"), count(l.Items, "item"))
	if l.Steps != 1 {
		text = count(l.Steps, "step") + " of " + text
	}
	return text
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Hash identifies the loads by their content: the SHA-256, in hex, of the
// numbers of steps, layers and items as 64-bit and the bits of the weights in
// row-major order as 32-bit little-endian words. Negative zero counts as zero.
// The name does not count.
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
	h.Write(buf)
	return hex.EncodeToString(h.Sum(nil))
}

// Validate reports the first rule that the loads break: there is at least one
// step, layer and item, the weights fill the shape, and every weight is finite
// and ≥ 0. The error names the (step,) layer and item.
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
	return nil
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
		return fmt.Errorf("%s of %s of %s: there are no loads", count(steps, "step"), count(layers, "layer"), count(items, "item"))
	}
	if room := MaxLoads / items; layers > room || steps > room/layers {
		return fmt.Errorf("%s of %s of %s: the most supported is %d loads", count(steps, "step"), count(layers, "layer"), count(items, "item"), MaxLoads)
	}
	return nil
}
