// Package packing states the balanced packing problem and judges its answers.
//
// Given the loads of n items per layer, a packing puts exactly n/m items into
// each of m packs; the more equal the loads of the packs, the better. In
// Mixture-of-Experts inference the items are experts and the packs are GPUs. In
// scheduling the problem is known as P | #≤k | Cmax, k-partitioning or
// cardinality-constrained multiprocessor scheduling.
//
// The package holds the problem, the packing, the quality measures, lower
// bounds and a validator. It uses only the standard library and no strategy.
package packing

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Shape is the size of a problem: how many layers, how many items per layer,
// and into how many packs the items of each layer go.
type Shape struct {
	Layers int `json:"layers"`
	Items  int `json:"items"`
	Packs  int `json:"packs"`
}

// Capacity is the number of items per pack, Items/Packs.
func (s Shape) Capacity() int { return s.Items / s.Packs }

// String returns "58×288×32": layers, items, packs.
func (s Shape) String() string { return fmt.Sprintf("%d×%d×%d", s.Layers, s.Items, s.Packs) }

// Typed returns "58x288x32", as one types it.
func (s Shape) Typed() string { return fmt.Sprintf("%dx%dx%d", s.Layers, s.Items, s.Packs) }

// ParseShape parses "58x288x32", with x or × between the numbers, and validates it.
func ParseShape(text string) (Shape, error) {
	fields := strings.Split(strings.ReplaceAll(text, "×", "x"), "x")
	var numbers [3]int
	for i := range numbers {
		var err error
		if len(fields) == len(numbers) {
			numbers[i], err = strconv.Atoi(fields[i])
		}
		if err != nil || len(fields) != len(numbers) {
			return Shape{}, fmt.Errorf("shape %q: use layers x items x packs, such as 58x288x32", text)
		}
	}
	s := Shape{numbers[0], numbers[1], numbers[2]}
	if err := s.Validate(); err != nil {
		return Shape{}, fmt.Errorf("shape %q: %w", text, err)
	}
	return s, nil
}

// Validate returns an error unless a problem of this shape exists. The error
// names the offending number and, where items do not divide by packs, the nearest
// counts that do.
func (s Shape) Validate() error {
	switch {
	case s.Layers < 1:
		return fmt.Errorf("%d layers: need at least one layer of loads", s.Layers)
	case s.Items < 1:
		return fmt.Errorf("%d items per layer: need at least one item", s.Items)
	case s.Packs < 1:
		return fmt.Errorf("%d packs: use a number from 1 to the number of items, %d", s.Packs, s.Items)
	case s.Packs > s.Items:
		return fmt.Errorf("%d packs are more than the %s: use a number from 1 to %d that divides %d", s.Packs, count(s.Items, "item"), s.Items, s.Items)
	case s.Items > math.MaxInt32:
		return fmt.Errorf("%d items per layer: the largest supported number is %d", s.Items, math.MaxInt32)
	case s.Items%s.Packs != 0:
		return fmt.Errorf("%d items do not divide into %d packs: use a divisor of %d (%s)", s.Items, s.Packs, s.Items, nearbyDivisors(s.Items, s.Packs))
	}
	return nil
}

// nearbyDivisors lists the divisors of n around m, at most two on each side:
// "… 24, 32, 36, 48 …".
func nearbyDivisors(n, m int) string {
	var divisors []int
	for d := 1; d*d <= n; d++ {
		if n%d == 0 {
			divisors = append(divisors, d)
			if d*d != n {
				divisors = append(divisors, n/d)
			}
		}
	}
	slices.Sort(divisors)
	at, _ := slices.BinarySearch(divisors, m)
	lo, hi := max(0, at-2), min(len(divisors), at+2)
	text := ""
	if lo > 0 {
		text = "… "
	}
	for i, d := range divisors[lo:hi] {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprint(d)
	}
	if hi < len(divisors) {
		text += " …"
	}
	return text
}

// Problem is a balanced packing problem: the loads of Items items in each of
// Layers layers, to go into Packs packs. Layers are independent of each other.
//
// Make one with [New] or [NewGiven], which check it. Weights and Given are read by
// strategies from many goroutines and must not change while they run.
type Problem struct {
	Shape
	// Weights is [layers, items], row-major: the load of each item, in any unit
	// (tokens, usually), finite and ≥ 0. It is what the published strategies see.
	Weights []float32
	// Given is the loads as they were given, [layers, items], where Weights had
	// to round some of them: whole numbers above 2^24, tenths. nil if Weights is
	// exact. Packings are judged by these; see [UnitsOf] for decimals.
	Given []float64
}

// New returns the problem of packing weights, [layers, items] row-major, into
// packs packs. It keeps weights without copying it. Weights that are the
// float32 nearest to a short decimal, such as 0.1, count as that decimal.
//
// The error names the first weight that is NaN, infinite or negative with its
// layer and item, a shape that does not work, or loads so large that the sum of
// a pack could overflow float32.
func New(weights []float32, layers, items, packs int) (*Problem, error) {
	return NewGiven(weights, nil, layers, items, packs)
}

// NewGiven is [New] for loads that float32 cannot hold: weights are given, each
// rounded to the nearest float32. It keeps both. A nil given means weights.
func NewGiven(weights []float32, given []float64, layers, items, packs int) (*Problem, error) {
	p := &Problem{Shape: Shape{Layers: layers, Items: items, Packs: packs}, Weights: weights, Given: given}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if !p.anyRounded() {
		p.Given = asDecimals(weights, items)
	}
	return p, nil
}

// anyRounded reports whether some load as given differs from its weight.
func (p *Problem) anyRounded() bool {
	for i, v := range p.Given {
		if float64(p.Weights[i]) != v {
			return true
		}
	}
	return false
}

// Validate returns an error that names the first rule that the problem breaks;
// see [New].
func (p *Problem) Validate() error {
	if err := p.Shape.Validate(); err != nil {
		return err
	}
	if len(p.Weights) != p.Layers*p.Items {
		return fmt.Errorf("%d weights for %d layers of %d items: need %d", len(p.Weights), p.Layers, p.Items, p.Layers*p.Items)
	}
	if err := CheckWeights(p.Weights, p.Items); err != nil {
		return err
	}
	if err := p.checkGiven(); err != nil {
		return err
	}
	for l := range p.Layers {
		if err := p.checkOverflow(l); err != nil {
			return err
		}
	}
	return nil
}

// checkGiven returns an error unless the weights are the loads as given, rounded.
func (p *Problem) checkGiven() error {
	if p.Given == nil {
		return nil
	}
	if len(p.Given) != len(p.Weights) {
		return fmt.Errorf("%d loads as given for %d weights: need one for each", len(p.Given), len(p.Weights))
	}
	if err := CheckWeights(p.Given, p.Items); err != nil {
		return err
	}
	for i, v := range p.Given {
		if float32(v) != p.Weights[i] {
			return fmt.Errorf("layer %d, item %d: weight %v does not stand for the load %v: use %v", i/p.Items, i%p.Items, p.Weights[i], v, float32(v))
		}
	}
	return nil
}

// checkOverflow returns an error where some pack of layer l could have a load
// above the largest float32: where the capacity's worth of heaviest items has.
func (p *Problem) checkOverflow(l int) error {
	total := 0.0
	for _, w := range p.Layer(l) {
		total += float64(w)
	}
	if total < math.MaxFloat32 {
		return nil
	}
	sorted := slices.Clone(p.Layer(l))
	slices.Sort(sorted)
	heaviest := 0.0
	for _, w := range sorted[p.Items-p.Capacity():] {
		heaviest += float64(w)
	}
	if heaviest < math.MaxFloat32 {
		return nil
	}
	return fmt.Errorf("layer %d: the %d heaviest items weigh %.3g together, above the largest float32 (%.3g): scale the loads down", l, p.Capacity(), heaviest, math.MaxFloat32)
}

// Layer returns the weights of layer l, [items]. The slice aliases Weights.
func (p *Problem) Layer(l int) []float32 {
	return p.Weights[l*p.Items : (l+1)*p.Items : (l+1)*p.Items]
}

// LayerGiven returns the loads of layer l as given, [items], or nil if the
// weights are exact. The slice aliases Given.
func (p *Problem) LayerGiven(l int) []float64 {
	if p.Given == nil {
		return nil
	}
	return p.Given[l*p.Items : (l+1)*p.Items : (l+1)*p.Items]
}

// Rounded returns how many loads Weights had to round, and how many of these are
// above 2^24, beyond which float32 does not hold all whole numbers.
func (p *Problem) Rounded() (loads, large int) {
	const largest = 1 << 24
	for i, v := range p.Given {
		if float64(p.Weights[i]) != v {
			loads++
			if v > largest {
				large++
			}
		}
	}
	return loads, large
}
