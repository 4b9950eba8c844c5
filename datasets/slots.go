package datasets

import (
	"fmt"

	"packbench/internal/number"
	"packbench/internal/tree"
)

// slotsOf are placements of experts in slots: which expert each slot of each
// layer holds.
type slotsOf struct {
	layers, slots int
	experts       []int // [layers, slots]
	count         int   // of experts: the highest number and one
}

// slotMap takes v, [layers][slots] or [slots] for one layer, as a map from slots
// to experts. A slot that holds none is −1; every expert has a slot in every
// layer.
func slotMap(v tree.Value, limit int) (*slotsOf, error) {
	rec, err := collect(v, limit)
	if err != nil {
		return nil, err
	}
	if rec.steps > 1 {
		return nil, fmt.Errorf("%d maps: use one, [layers][slots]", rec.steps)
	}
	m := &slotsOf{layers: rec.layers, slots: rec.items, experts: make([]int, len(rec.values))}
	for i, e := range rec.values {
		layer, slot := i/m.slots, i%m.slots
		if e != float64(int(e)) || e < -1 {
			return nil, fmt.Errorf("layer %d, slot %d: expert %v: use whole numbers from 0, or −1 for an empty slot", layer, slot, e)
		}
		if int(e) >= m.slots {
			hold := "1 slot holds"
			if m.slots > 1 {
				hold = number.Count(m.slots, "slot") + " hold"
			}
			return nil, fmt.Errorf("layer %d, slot %d: expert %d, but %s experts 0 to %d at most", layer, slot, int(e), hold, m.slots-1)
		}
		m.experts[i] = int(e)
		m.count = max(m.count, int(e)+1)
	}
	return m, m.checkComplete()
}

// checkComplete reports an expert that no slot of a layer holds.
func (m *slotsOf) checkComplete() error {
	for layer := range m.layers {
		held := make([]bool, m.count)
		for _, e := range m.layer(layer) {
			if e >= 0 {
				held[e] = true
			}
		}
		for e, ok := range held {
			if !ok {
				return fmt.Errorf("layer %d: no slot holds expert %d", layer, e)
			}
		}
	}
	return nil
}

// layer returns the experts of a layer's slots.
func (m *slotsOf) layer(l int) []int { return m.experts[l*m.slots : (l+1)*m.slots] }

// logical sums the loads of the slots, [layers, slots], for each expert.
func (r *recording) logical(m *slotsOf) (*recording, error) {
	if r.layers != m.layers || r.items != m.slots {
		return nil, fmt.Errorf("loads of %s of %s, but the map from slots to experts has %d of %d", number.Count(r.layers, "layer"), number.Count(r.items, "slot"), m.layers, m.slots)
	}
	out := &recording{steps: r.steps, layers: r.layers, items: m.count, values: make([]float64, r.steps*r.layers*m.count)}
	for i, v := range r.values {
		row, slot := i/r.items, i%r.items
		layer := row % r.layers
		e := m.layer(layer)[slot]
		if e < 0 {
			if v != 0 {
				return nil, fmt.Errorf("layer %d, slot %d has load %v but no expert", layer, slot, v)
			}
			continue
		}
		out.values[row*m.count+e] += v
	}
	return out, nil
}
