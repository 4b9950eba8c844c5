package planfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"packbench/datasets"
	"packbench/internal/npz"
	"packbench/internal/number"
	"packbench/placement"
)

// Map is a placement as a file has it: which expert each slot holds.
type Map struct {
	Layers, Slots     int
	PhysicalToLogical []int32 // [layers, slots]
	SlotsPerGPU       []int   // nil where the file does not say
}

// Read reads a placement from the file at path, in any form that
// [datasets.ReadPlacement] reads. A name after a colon, "plan.npz:old", chooses
// the array or key.
func Read(path string) (*Map, error) {
	key := ""
	if _, err := os.Stat(path); err != nil {
		if at := strings.LastIndexByte(path, ':'); at > 0 {
			if _, err := os.Stat(path[:at]); err == nil {
				path, key = path[:at], path[at+1:]
				if key == "" {
					return nil, fmt.Errorf("%s: no name after the colon", path)
				}
			}
		}
	}
	rows, err := datasets.ReadPlacement(path, datasets.ReadOptions{Key: key})
	if err != nil {
		return nil, err
	}
	m, err := fromRows(rows)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if b, err := os.ReadFile(path); err == nil {
		m.SlotsPerGPU = slotsPerGPU(b)
	}
	return m, nil
}

func fromRows(rows [][]int) (*Map, error) {
	m := &Map{Layers: len(rows), Slots: len(rows[0])}
	for l, row := range rows {
		for slot, expert := range row {
			if expert < math.MinInt32 || expert > math.MaxInt32 {
				return nil, fmt.Errorf("layer %d, slot %d: %d is not the number of an expert", l, slot, expert)
			}
			m.PhysicalToLogical = append(m.PhysicalToLogical, int32(expert))
		}
	}
	return m, nil
}

// slotsPerGPU returns the numbers of slots where they differ between GPUs, which
// this program's own files hold beside the map; nil elsewhere.
func slotsPerGPU(file []byte) []int {
	if archive, err := npz.OpenArchive(file); err == nil {
		if !slices.Contains(archive.Names(), "slots_per_gpu") {
			return nil
		}
		if v, err := archive.Read("slots_per_gpu", 1<<20); err == nil {
			if list, err := v.Ints(); err == nil {
				return list
			}
		}
		return nil
	}
	var object struct {
		SlotsPerGPU []int `json:"slots_per_gpu"`
	}
	if text := bytes.TrimLeft(file, " \t\r\n\ufeff"); bytes.HasPrefix(text, []byte("{")) {
		if json.Unmarshal(text, &object) == nil {
			return object.SlotsPerGPU
		}
	}
	return nil
}

// Plan returns the placement as a plan of experts in the topology, whose GPUs it
// must have. full is the topology before any GPU was lost, to which the map may
// belong instead.
func (m *Map) Plan(now, full placement.Topology, layers int) (*placement.Plan, error) {
	t := now
	switch {
	case m.SlotsPerGPU != nil:
		t.SlotsPerGPU, t.Slots, t.GPUs = m.SlotsPerGPU, m.Slots, len(m.SlotsPerGPU)
		if t.GPUs != now.GPUs {
			return nil, fmt.Errorf("it is a placement on %s: the new one is on %d", number.Count(t.GPUs, "GPU"), now.GPUs)
		}
	case m.Slots == now.Slots:
	case m.Slots == full.Slots:
		t = full
	case full.Slots != now.Slots:
		return nil, fmt.Errorf("it has %s per layer: need %d, or the %d there were before GPUs were lost", number.Count(m.Slots, "slot"), now.Slots, full.Slots)
	default:
		return nil, fmt.Errorf("it has %s per layer: need %d", number.Count(m.Slots, "slot"), now.Slots)
	}
	if m.Layers != layers {
		return nil, fmt.Errorf("it has %s: the loads have %d", number.Count(m.Layers, "layer"), layers)
	}
	return placement.FromPhysical(t, m.Layers, m.PhysicalToLogical)
}
