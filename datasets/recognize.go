package datasets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"packbench/internal/number"
	"packbench/internal/spec"
	"packbench/internal/tensor"
	"packbench/internal/tree"
)

// loadKeys are the keys that mean loads by themselves: this program's own, and
// those of SGLang's and vLLM's recorders.
var loadKeys = []string{ArrayName, "logical_count", "logical_expert_load"}

// placementKeys are the keys of placements, which say where experts are and not
// what they carry.
var placementKeys = []string{"physical_to_logical_map", "physical_to_logical", "initial_global_assignments", "layer_list"}

// reader reads documents of one file as loads.
type reader struct {
	opt   ReadOptions
	limit int // of numbers: the size of the file in bytes
}

// recognize finds out what the documents of a file of size bytes mean, and
// takes them as loads.
func recognize(docs documents, opt ReadOptions, size int) (*Loads, error) {
	r := reader{opt: opt, limit: max(size, 1)}
	rec, err := r.documents(docs)
	if err != nil {
		return nil, err
	}
	return rec.loads()
}

func (r reader) documents(docs documents) (*recording, error) {
	if docs.archive != nil {
		v, err := chooseArray(docs.archive, r.opt.Key)
		if err != nil {
			return nil, err
		}
		return collect(v, MaxLoads) // deflate may put many in a byte
	}
	if _, ok := docs.values[0].(*tree.Dict); ok && len(docs.values) > 1 {
		return r.lines(docs.values)
	}
	v, err := one(docs.values, docs.ends)
	if err != nil {
		return nil, err
	}
	return r.document(v)
}

// document reads the only document of a file.
func (r reader) document(v tree.Value) (*recording, error) {
	d, ok := v.(*tree.Dict)
	if !ok {
		if r.opt.Key != "" {
			return nil, fmt.Errorf("key %s: the file has no names, only %s", tree.Quote(r.opt.Key), tree.Describe(v))
		}
		return collect(v, r.limit)
	}
	if r.opt.Key != "" {
		return r.keyed(d)
	}
	if d.Has("records") {
		return r.passes(d)
	}
	if d.Has("load_history") {
		return r.history(d)
	}
	if d.Has("record_type") {
		return r.lines([]tree.Value{d})
	}
	if rec, err := r.iterations(d); rec != nil || err != nil {
		return rec, err
	}
	if routed, key := findRouted(d); routed != nil {
		return r.routed(routed, key)
	}
	key, err := guessKey(d)
	if err != nil {
		return nil, err
	}
	return r.at(d, key)
}

// guessKey returns the one key that means loads.
func guessKey(d *tree.Dict) (string, error) {
	var found []string
	for _, key := range loadKeys {
		if d.Has(key) {
			found = append(found, key)
		}
	}
	placement := ""
	for _, key := range placementKeys {
		if d.Has(key) {
			placement = key
		}
	}
	switch {
	case len(found) > 1:
		return "", fmt.Errorf("keys %s may all be the loads: choose one with --key", strings.Join(found, " and "))
	case placement != "" && len(found) == 1 && found[0] != ArrayName:
		return "", fmt.Errorf("a placement (%s): its %s may count loads or copies; choose with --key %s if these are loads", placement, found[0], found[0])
	case placement != "" && len(found) == 0:
		return "", fmt.Errorf("a placement (%s), not loads", placement)
	case len(found) == 0:
		return "", fmt.Errorf("no key %q in the object (it has %s): name the key with --key", ArrayName, d.ListKeys())
	}
	return found[0], nil
}

// keyed reads what opt.Key names.
func (r reader) keyed(d *tree.Dict) (*recording, error) {
	return r.at(d, r.opt.Key)
}

// at reads the loads at a key, and the name beside it.
func (r reader) at(d *tree.Dict, key string) (*recording, error) {
	v, err := lookUp(d, key)
	if err != nil {
		return nil, err
	}
	if text, ok := v.(string); ok && strings.HasSuffix(key, routedKey) {
		return r.routed([]string{text}, key)
	}
	if bad, ok := v.(tree.Bad); ok {
		return nil, fmt.Errorf("%s: %w", tree.Quote(key), bad.Err)
	}
	if !isList(v) {
		return nil, fmt.Errorf("%s is not a list: use [[…], …], a list of items per layer", tree.Quote(key))
	}
	rec, err := collect(v, r.limit)
	if err != nil {
		return nil, err
	}
	if name, err := d.Get("name"); err == nil {
		rec.name, _ = name.(string) // a name that is not text is no reason to refuse the loads
	}
	if d.Has("rank") || d.Has("average_utilization_rate_over_window") {
		rec.noteUnfilled()
	}
	return rec, nil
}

// noteUnfilled says which steps are empty: a ring buffer that is not full has
// such, and one that is full may begin with any step.
func (r *recording) noteUnfilled() {
	idle := 0
	n := r.layers * r.items
	for step := range r.steps {
		if !slices.ContainsFunc(r.values[step*n:(step+1)*n], func(v float64) bool { return v != 0 }) {
			idle++
		}
	}
	if idle > 0 && idle < r.steps {
		r.notes = append(r.notes, fmt.Sprintf("%d of %s hold no load: a ring buffer that was not full", idle, number.Count(r.steps, "step")))
	}
}

func isList(v tree.Value) bool {
	switch v.(type) {
	case tree.Row, tree.List, *tensor.Array:
		return true
	}
	return false
}

// lookUp returns the value at key, or where there is none the one that key names
// part by part, "a.b.0.c"; a name within a list is that of each element.
func lookUp(v tree.Value, key string) (tree.Value, error) {
	if d, ok := v.(*tree.Dict); ok && d.Has(key) {
		return d.Get(key)
	}
	head, rest, nested := strings.Cut(key, ".")
	switch v := v.(type) {
	case *tree.Dict:
		if !v.Has(head) {
			return nil, fmt.Errorf("no key %s in the object (it has %s)%s", tree.Quote(head), v.ListKeys(), spec.Closest(head, v.Keys()))
		}
		inner, err := v.Get(head)
		if err != nil || !nested {
			return inner, err
		}
		return lookUp(inner, rest)
	case tree.List:
		if i, err := strconv.Atoi(head); err == nil {
			if i < 0 || i >= len(v) {
				return nil, fmt.Errorf("no element %d in a list of %d", i, len(v))
			}
			if !nested {
				return v[i], nil
			}
			return lookUp(v[i], rest)
		}
		all := make(tree.List, len(v))
		for i, element := range v {
			var err error
			if all[i], err = lookUp(element, key); err != nil {
				return nil, fmt.Errorf("element %d: %w", i, err)
			}
		}
		return all, nil
	}
	return nil, fmt.Errorf("no key %s in %s", tree.Quote(head), tree.Describe(v))
}

// stacker puts recordings of the same shape after each other, as steps. It counts
// as it goes, as a pickle can refer to the same step again and again.
type stacker struct {
	limit int    // of numbers
	unit  string // what a recording is called in messages
	out   *recording
}

func (s *stacker) add(rec *recording, at int) error {
	if s.out == nil {
		s.out = rec
		return nil
	}
	if rec.layers != s.out.layers || rec.items != s.out.items {
		return fmt.Errorf("%s %d: %s of %s, the first has %d of %d", s.unit, at, number.Count(rec.layers, "layer"), number.Count(rec.items, "item"), s.out.layers, s.out.items)
	}
	if limit := min(s.limit, MaxLoads); len(rec.values) > limit-len(s.out.values) {
		return fmt.Errorf("more than %d loads: that is the max for a file", limit)
	}
	s.out.values = append(s.out.values, rec.values...)
	s.out.steps += rec.steps
	s.out.notes = slices.Compact(append(s.out.notes, rec.notes...))
	return nil
}
