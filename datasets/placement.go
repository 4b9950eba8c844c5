package datasets

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"packbench/internal/number"
	"packbench/internal/tree"
)

// ReadPlacement reads which expert each slot of each layer holds, [layers][slots]:
// a map from slots to experts in an .npz or .npy file, in JSON or a .pt file
// (physical_to_logical_map and physical_to_logical are found by themselves,
// others with opt.Key), or a placement as SGLang, vLLM, TensorRT-LLM (YAML) or
// Ascend (JSON) take it. An empty slot is −1; every expert has a slot in every
// layer. Of opt, Key, Format and Stdin count.
func ReadPlacement(path string, opt ReadOptions) ([][]int, error) {
	in, err := readInput(path, opt.Stdin)
	if err != nil {
		return nil, err
	}
	placement, err := decodePlacement(in, opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in.path, err)
	}
	out := make([][]int, placement.layers)
	for l := range out {
		out[l] = placement.layer(l)
	}
	return out, nil
}

func decodePlacement(in input, opt ReadOptions) (*slotsOf, error) {
	in, err := in.decompress()
	if err != nil {
		return nil, err
	}
	if len(in.content) == 0 {
		return nil, errors.New("the file is empty: there is no placement")
	}
	if isYAML(in) {
		return readYAML(in.content)
	}
	format, err := in.format(opt.Format)
	if err != nil {
		return nil, err
	}
	if format.isTable() {
		return nil, errors.New("a table: a placement is read from .npz, .npy, JSON, YAML or .pt files")
	}
	docs, err := in.parse(format)
	if err != nil {
		return nil, err
	}
	limit := len(in.content)
	if docs.archive != nil {
		if opt.Key == "" && slices.Contains(docs.archive.Names(), "physical_to_logical") {
			opt.Key = "physical_to_logical"
		}
		v, err := chooseArray(docs.archive, opt.Key)
		if err != nil {
			return nil, err
		}
		return slotMap(v, MaxLoads)
	}
	if d, ok := docs.values[0].(*tree.Dict); ok {
		return placementOf(d, docs.values, opt.Key, limit)
	}
	v, err := one(docs.values, docs.ends)
	if err != nil {
		return nil, err
	}
	return slotMap(v, limit)
}

// placementOf finds the placement in an object, or in the last object of JSON
// Lines that has one.
func placementOf(d *tree.Dict, all []tree.Value, key string, limit int) (*slotsOf, error) {
	known := []string{"physical_to_logical_map", "physical_to_logical", "last_physical_to_logical_map", "p2l_map"}
	if len(all) > 1 {
		for i, v := range all {
			if line, ok := v.(*tree.Dict); ok && (line.Has("p2l_map") || line.Has("initial_global_assignments")) {
				d = line
			} else if !ok {
				return nil, fmt.Errorf("record %d: %s, the first is an object", i, tree.Describe(v))
			}
		}
	}
	switch {
	case key != "":
		v, err := lookUp(d, key)
		if err != nil {
			return nil, err
		}
		return slotMap(v, limit)
	case d.Has("layer_list"):
		return ascendMap(d, limit)
	case d.Has("initial_global_assignments"):
		v, err := d.Get("initial_global_assignments")
		if err != nil {
			return nil, err
		}
		return layerDict(v, limit)
	}
	for _, key := range known {
		if d.Has(key) {
			v, err := d.Get(key)
			if err != nil {
				return nil, err
			}
			m, err := slotMap(v, limit)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			return m, nil
		}
	}
	return nil, fmt.Errorf("no placement in the object (it has %s): name its key", d.ListKeys())
}

// layerDict reads {"3": [experts of slots], …}, layers in the order of their
// numbers.
func layerDict(v tree.Value, limit int) (*slotsOf, error) {
	d, ok := v.(*tree.Dict)
	if !ok {
		return nil, fmt.Errorf("initial_global_assignments: %s where a list of slots per layer was expected", tree.Describe(v))
	}
	keys := slices.Clone(d.Keys())
	numbers := map[string]int{}
	for _, key := range keys {
		n, err := strconv.Atoi(key)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("initial_global_assignments: %s is not the number of a layer", tree.Quote(key))
		}
		numbers[key] = n
	}
	slices.SortFunc(keys, func(a, b string) int { return numbers[a] - numbers[b] })
	var rows tree.List
	for _, key := range keys {
		row, err := d.Get(key)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return slotMap(rows, limit)
}

// ascendMap reads {"layer_list": [{"layer_id", "device_list": [{"device_id",
// "device_expert": […]}]}]}.
func ascendMap(d *tree.Dict, limit int) (*slotsOf, error) {
	layers, err := objectsAt(d, "layer_list", "layer_id")
	if err != nil {
		return nil, err
	}
	var rows tree.List
	slots := 0
	for i, layer := range layers {
		devices, err := objectsAt(layer, "device_list", "device_id")
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", i, err)
		}
		var row tree.Row
		for _, device := range devices {
			v, err := device.Get("device_expert")
			if err != nil {
				return nil, err
			}
			experts, ok := v.(tree.Row)
			if !ok || len(experts) == 0 {
				return nil, fmt.Errorf("layer %d: device_expert is not a list of experts", i)
			}
			if slots += len(experts); slots > limit { // a pickle can refer to the same device again and again
				return nil, fmt.Errorf("layer %d: more than %d slots in all", i, limit)
			}
			row = append(row, experts...)
		}
		rows = append(rows, row)
	}
	return slotMap(rows, limit)
}

// objectsAt returns the list of objects at a key, which number themselves from 0
// without a gap, in that order.
func objectsAt(d *tree.Dict, key, id string) ([]*tree.Dict, error) {
	v, err := d.Get(key)
	if err != nil {
		return nil, err
	}
	list, ok := v.(tree.List)
	if !ok || len(list) == 0 {
		return nil, fmt.Errorf("%s: %s where a list of objects was expected", key, tree.Describe(v))
	}
	out := make([]*tree.Dict, len(list))
	for _, element := range list {
		object, ok := element.(*tree.Dict)
		if !ok {
			return nil, fmt.Errorf("%s: %s where an object was expected", key, tree.Describe(element))
		}
		n, err := wholeAt(object, id)
		if err != nil {
			return nil, err
		}
		if n >= len(out) || out[n] != nil {
			return nil, fmt.Errorf("%s: %s %d occurs twice or is beyond the %d of the list", key, id, n, len(out))
		}
		out[n] = object
	}
	return out, nil
}

func isYAML(in input) bool {
	return strings.HasSuffix(strings.ToLower(in.path), ".yaml") || strings.HasSuffix(strings.ToLower(in.path), ".yml")
}

// maxYAML bounds a YAML file, in bytes: its parser takes some thousand times as
// much memory.
const maxYAML = 1 << 20

// readYAML reads the placement that TensorRT-LLM takes.
func readYAML(b []byte) (*slotsOf, error) {
	if len(b) > maxYAML {
		return nil, fmt.Errorf("YAML of %d bytes: at most %d are read", len(b), maxYAML)
	}
	var file struct {
		Assignments map[int][]int `yaml:"initial_global_assignments"`
		Slots       int           `yaml:"num_slots"`
	}
	if err := checkYAML(b); err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal(b, &file); err != nil {
		return nil, fmt.Errorf("not YAML of a placement: %s", strings.SplitN(err.Error(), "\n", 2)[0])
	}
	if len(file.Assignments) == 0 {
		return nil, errors.New("no placement in the file: initial_global_assignments is missing")
	}
	var d tree.Dict
	for _, layer := range slices.Sorted(maps.Keys(file.Assignments)) {
		experts := file.Assignments[layer]
		if file.Slots > 0 && len(experts) != file.Slots {
			return nil, fmt.Errorf("layer %d: %s, but num_slots is %d", layer, number.Count(len(experts), "slot"), file.Slots)
		}
		row := make(tree.Row, len(experts))
		for i, e := range experts {
			row[i] = float64(e)
		}
		d.Set(strconv.Itoa(layer), row)
	}
	return layerDict(&d, len(b))
}

// checkYAML refuses what the parser would take too much memory or, of keys, too
// much time for.
func checkYAML(b []byte) error {
	const keys = 4096
	if n := bytes.Count(b, []byte(":")); n > keys {
		return fmt.Errorf("not a placement: %d keys, at most %d are read", n, keys)
	}
	depth := 0
	for _, c := range b {
		switch c {
		case '[', '{':
			if depth++; depth > 8 {
				return errors.New("not a placement: nested more than 8 deep")
			}
		case ']', '}':
			depth--
		}
	}
	return nil
}
