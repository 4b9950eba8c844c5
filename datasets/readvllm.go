package datasets

import (
	"errors"
	"fmt"

	"packbench/internal/tree"
)

// lines reads JSON Lines: vLLM's records, a step each, or objects that have the
// loads of a step under the same key.
func (r reader) lines(values []tree.Value) (*recording, error) {
	steps := stacker{limit: r.limit, unit: "record"}
	for i, v := range values {
		d, ok := v.(*tree.Dict)
		if !ok {
			return nil, fmt.Errorf("record %d: %s, the first is an object", i, tree.Describe(v))
		}
		rec, err := r.line(d)
		if err != nil {
			return nil, fmt.Errorf("record %d: %w", i, err)
		}
		if rec == nil {
			continue
		}
		if err := steps.add(rec, i); err != nil {
			return nil, err
		}
	}
	if steps.out == nil {
		return nil, errors.New("a placement (initial_global_assignments), not loads")
	}
	return steps.out, nil
}

// line reads one record, nil where it holds no loads.
func (r reader) line(d *tree.Dict) (*recording, error) {
	kind, err := d.Get("record_type")
	if err != nil {
		return nil, err
	}
	switch {
	case r.opt.Key != "":
		return r.keyed(d)
	case kind == "eplb_initial_mapping":
		return nil, nil
	case kind == "eplb_load_stats":
		return r.loadStats(d)
	case kind != nil:
		return nil, fmt.Errorf("record_type %s is not known: name the key of the loads with --key", tree.Describe(kind))
	}
	return r.document(d)
}

// loadStats reads the loads of physical experts that vLLM records, with the map
// that says which expert each is.
func (r reader) loadStats(d *tree.Dict) (*recording, error) {
	load, err := d.Get("expert_load")
	if err != nil {
		return nil, err
	}
	slots, err := collect(load, r.limit)
	if err != nil {
		return nil, fmt.Errorf("expert_load: %w", err)
	}
	if slots.steps > 1 {
		return nil, fmt.Errorf("expert_load: %d steps in a record, use one", slots.steps)
	}
	mapping, err := d.Get("p2l_map")
	if err != nil {
		return nil, err
	}
	experts, err := slotMap(mapping, r.limit)
	if err != nil {
		return nil, fmt.Errorf("p2l_map: %w", err)
	}
	return slots.logical(experts)
}

// history reads {"load_history": [{"logical_expert_load": [layers][experts]}]},
// a step each.
func (r reader) history(d *tree.Dict) (*recording, error) {
	v, err := d.Get("load_history")
	if err != nil {
		return nil, err
	}
	list, ok := v.(tree.List)
	if !ok || len(list) == 0 {
		return nil, fmt.Errorf("load_history: %s where a list of steps was expected", tree.Describe(v))
	}
	steps := stacker{limit: r.limit, unit: "load_history, entry"}
	for i, entry := range list {
		step, ok := entry.(*tree.Dict)
		if !ok {
			return nil, fmt.Errorf("load_history, entry %d: %s where an object was expected", i, tree.Describe(entry))
		}
		key, err := guessKey(step)
		if err != nil {
			return nil, fmt.Errorf("load_history, entry %d: %w", i, err)
		}
		rec, err := r.at(step, key)
		if err != nil {
			return nil, fmt.Errorf("load_history, entry %d: %w", i, err)
		}
		if err := steps.add(rec, i); err != nil {
			return nil, err
		}
	}
	return steps.out, nil
}
