package planfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"packbench/internal/npz"
	"packbench/placement"
)

// Map is a placement as a file has it: which expert each slot holds.
type Map struct {
	Layers, Slots     int
	PhysicalToLogical []int32 // [layers, slots]
	SlotsPerGPU       []int   // nil where the file does not say
}

// maxEntries limits the size of a map that is read.
const maxEntries = 1 << 26

// names are the keys under which files have the map.
var names = []string{"physical_to_logical", "physical_to_logical_map", "p2l_map", "phy2log"}

// Read reads a placement from the file at path: .npy, .npz, JSON as this program,
// SGLang, vLLM or vLLM Ascend has it, or TensorRT-LLM's YAML. A name after a
// colon, "plan.npz:old", chooses the array or key.
func Read(path string) (*Map, error) {
	key := ""
	b, err := os.ReadFile(path)
	if err != nil {
		if at := strings.LastIndexByte(path, ':'); at > 0 {
			if c, second := os.ReadFile(path[:at]); second == nil {
				b, key, path, err = c, path[at+1:], path[:at], nil
				if key == "" {
					return nil, fmt.Errorf("%s: there is no name after the colon", path)
				}
			}
		}
	}
	if err != nil {
		var pathError *os.PathError
		if errors.As(err, &pathError) {
			err = pathError.Err
		}
		return nil, fmt.Errorf("cannot read %s: %w", path, err)
	}
	m, err := decode(b, key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func decode(b []byte, key string) (*Map, error) {
	text := bytes.TrimLeft(b, " \t\r\n\ufeff")
	switch {
	case len(text) == 0:
		return nil, errors.New("the file is empty: there is no placement")
	case bytes.HasPrefix(b, []byte("\x93NUMPY")):
		v, err := npz.ReadArray(b)
		if err != nil {
			return nil, err
		}
		return fromView(v)
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return decodeNPZ(b, key)
	case text[0] == '{' || text[0] == '[':
		return decodeJSON(text, key)
	}
	return decodeYAML(b, key)
}

func decodeNPZ(b []byte, key string) (*Map, error) {
	archive, err := npz.OpenArchive(b)
	if err != nil {
		return nil, err
	}
	have := archive.Names()
	if key == "" {
		if key, err = choose(have); err != nil {
			return nil, err
		}
	} else if !slices.Contains(have, key) {
		return nil, fmt.Errorf("there is no array %q: it has %s", key, strings.Join(have, ", "))
	}
	v, err := archive.Read(key, maxEntries)
	if err != nil {
		return nil, err
	}
	m, err := fromView(v)
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", key, err)
	}
	if slices.Contains(have, "slots_per_gpu") {
		v, err := archive.Read("slots_per_gpu", maxEntries)
		if err != nil {
			return nil, err
		}
		for i := range v.Len() {
			m.SlotsPerGPU = append(m.SlotsPerGPU, int(v.Float64(i)))
		}
	}
	return m, nil
}

// choose returns the name under which the map is among those a file has.
func choose(have []string) (string, error) {
	for _, n := range names {
		if slices.Contains(have, n) {
			return n, nil
		}
	}
	if len(have) == 1 {
		return have[0], nil
	}
	return "", fmt.Errorf("it has no %q: name one of %s after a colon", names[0], strings.Join(have, ", "))
}

func fromView(v *npz.View) (*Map, error) {
	if len(v.Shape) != 2 {
		return nil, fmt.Errorf("an array of %d dimensions: a placement has two, [layers, slots]", len(v.Shape))
	}
	m := &Map{Layers: v.Shape[0], Slots: v.Shape[1], PhysicalToLogical: make([]int32, v.Len())}
	for i := range m.PhysicalToLogical {
		x := v.Float64(i)
		if x != math.Trunc(x) || x < math.MinInt32 || x > math.MaxInt32 {
			return nil, fmt.Errorf("layer %d, slot %d: %v is not the number of an expert", i/m.Slots, i%m.Slots, x)
		}
		m.PhysicalToLogical[i] = int32(x)
	}
	return m, nil
}

func decodeJSON(text []byte, key string) (*Map, error) {
	if text[0] == '[' {
		if key != "" {
			return nil, fmt.Errorf("there is no key %q: the file is a list", key)
		}
		return fromJSONRows(text)
	}
	var object map[string]json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&object); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if key == "" && object["layer_list"] != nil {
		return fromAscend(text)
	}
	if by := object["initial_global_assignments"]; key == "" && by != nil {
		var layers map[string][]int32
		if err := json.Unmarshal(by, &layers); err != nil {
			return nil, fmt.Errorf("initial_global_assignments: %w", err)
		}
		return fromNumbered(layers)
	}
	if key == "" {
		have := make([]string, 0, len(object))
		for k := range object {
			have = append(have, k)
		}
		slices.Sort(have)
		var err error
		if key, err = choose(have); err != nil {
			return nil, err
		}
	}
	rows, ok := object[key]
	if !ok {
		return nil, fmt.Errorf("there is no key %q", key)
	}
	m, err := fromJSONRows(rows)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	if per := object["slots_per_gpu"]; per != nil {
		if err := json.Unmarshal(per, &m.SlotsPerGPU); err != nil {
			return nil, fmt.Errorf("slots_per_gpu: %w", err)
		}
	}
	return m, nil
}

func fromJSONRows(text []byte) (*Map, error) {
	var rows [][]int32
	if err := json.Unmarshal(text, &rows); err != nil {
		return nil, errors.New("a placement is a list of layers, each a list of experts")
	}
	return fromRows(rows)
}

func fromRows(rows [][]int32) (*Map, error) {
	if len(rows) == 0 || len(rows[0]) == 0 {
		return nil, errors.New("there are no layers")
	}
	m := &Map{Layers: len(rows), Slots: len(rows[0])}
	for l, row := range rows {
		if len(row) != m.Slots {
			return nil, fmt.Errorf("layer %d has %d slots, layer 0 has %d: layers must have the same number", l, len(row), m.Slots)
		}
		m.PhysicalToLogical = append(m.PhysicalToLogical, row...)
	}
	return m, nil
}

// fromNumbered orders layers that are given by their numbers in the model.
func fromNumbered(layers map[string][]int32) (*Map, error) {
	var numbers []int
	for k := range layers {
		n, err := strconv.Atoi(k)
		if err != nil || strconv.Itoa(n) != k {
			return nil, fmt.Errorf("layer %q: layers go by number", k)
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	var rows [][]int32
	for _, n := range numbers {
		rows = append(rows, layers[strconv.Itoa(n)])
	}
	return fromRows(rows)
}

func fromAscend(text []byte) (*Map, error) {
	var file struct {
		Layers []struct {
			Devices []struct {
				Experts []int32 `json:"device_expert"`
			} `json:"device_list"`
		} `json:"layer_list"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("layer_list: %w", err)
	}
	var rows [][]int32
	for _, layer := range file.Layers {
		var row []int32
		for _, d := range layer.Devices {
			row = append(row, d.Experts...)
		}
		rows = append(rows, row)
	}
	return fromRows(rows)
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
			return nil, fmt.Errorf("it is a placement on %d GPUs: the new one is on %d", t.GPUs, now.GPUs)
		}
	case m.Slots == now.Slots:
	case m.Slots == full.Slots:
		t = full
	case full.Slots != now.Slots:
		return nil, fmt.Errorf("it has %d slots per layer: need %d, or the %d there were before GPUs were lost", m.Slots, now.Slots, full.Slots)
	default:
		return nil, fmt.Errorf("it has %d slots per layer: need %d", m.Slots, now.Slots)
	}
	if m.Layers != layers {
		return nil, fmt.Errorf("it has %d layers: the loads have %d", m.Layers, layers)
	}
	return placement.FromPhysical(t, m.Layers, m.PhysicalToLogical)
}
