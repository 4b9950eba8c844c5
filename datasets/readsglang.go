package datasets

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"packbench/internal/number"
	"packbench/internal/tree"
)

// rankPasses is what one rank counted, in files that SGLang's recorder writes in
// its modes per_pass and per_token: the tokens of each slot in each forward pass.
type rankPasses struct {
	ranks  map[int]bool
	passes map[int]*recording // [layers, slots], by forward_pass_id
	slots  *slotsOf           // which expert each slot held at the end
	taken  int                // numbers of all passes
}

// passes reads the file of one rank by itself.
func (r reader) passes(d *tree.Dict) (*recording, error) {
	rank, err := r.rankPasses(d)
	if err != nil {
		return nil, err
	}
	rec, err := sumRanks([]*rankPasses{rank}, []string{""})
	if err != nil {
		return nil, err
	}
	if len(rank.ranks) == 1 {
		rec.notes = append(rec.notes, fmt.Sprintf("these are the counts of rank %d alone: to sum those of all ranks, name the folder of their files",
			slices.Sorted(maps.Keys(rank.ranks))[0]))
	}
	return rec, nil
}

// rankPasses reads {"records": […], "last_physical_to_logical_map": …}.
func (r reader) rankPasses(d *tree.Dict) (*rankPasses, error) {
	mapping, err := d.Get("last_physical_to_logical_map")
	if err != nil {
		return nil, err
	}
	if mapping == nil {
		return nil, errors.New("there is no last_physical_to_logical_map: which expert a slot holds is not known")
	}
	v, err := d.Get("records")
	if err != nil {
		return nil, err
	}
	list, ok := v.(tree.List)
	if !ok || len(list) == 0 {
		return nil, fmt.Errorf("records: %s where a list of forward passes was expected", tree.Describe(v))
	}
	out := &rankPasses{ranks: map[int]bool{}, passes: map[int]*recording{}}
	if out.slots, err = slotMap(mapping, r.limit); err != nil {
		return nil, fmt.Errorf("last_physical_to_logical_map: %w", err)
	}
	seen := map[string]bool{}
	for i, entry := range list {
		if err := r.addPass(out, entry, seen); err != nil {
			return nil, fmt.Errorf("records, entry %d: %w", i, err)
		}
	}
	return out, nil
}

// addPass adds one record. seen has the passes, ranks and gatherers before it.
func (r reader) addPass(out *rankPasses, entry tree.Value, seen map[string]bool) error {
	d, ok := entry.(*tree.Dict)
	if !ok {
		return fmt.Errorf("%s where an object was expected", tree.Describe(entry))
	}
	pass, err := wholeAt(d, "forward_pass_id")
	if err != nil {
		return err
	}
	rank, err := wholeAt(d, "rank")
	if err != nil {
		return err
	}
	gatherer, _ := d.Get("gatherer_key")
	id := fmt.Sprint(pass, " ", rank, " ", gatherer)
	if seen[id] {
		return fmt.Errorf("forward pass %d of rank %d occurs twice", pass, rank)
	}
	seen[id] = true
	counts, err := r.passCounts(d, out.slots)
	if err != nil {
		return err
	}
	out.ranks[rank] = true
	if out.taken += len(counts.values); out.taken > r.limit { // records may share a list
		return fmt.Errorf("more than %d loads: that is the max for a file", r.limit)
	}
	if out.passes[pass] == nil {
		out.passes[pass] = &recording{steps: 1, layers: counts.layers, items: counts.items, values: make([]float64, len(counts.values))}
	}
	return out.passes[pass].add(counts)
}

// passCounts returns the tokens of each slot in one pass, [layers, slots].
func (r reader) passCounts(d *tree.Dict, slots *slotsOf) (*recording, error) {
	const key = "global_physical_count"
	v, err := d.Get(key)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return nil, fmt.Errorf("there is no %s (it has %s)", key, d.ListKeys())
	}
	counts, err := collect(v, r.limit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	if counts.steps != 1 || counts.layers != slots.layers || counts.items != slots.slots {
		return nil, fmt.Errorf("%s has %s of %s, the map to experts %d of %d", key, number.Count(counts.steps*counts.layers, "layer"), number.Count(counts.items, "slot"), slots.layers, slots.slots)
	}
	return counts, nil
}

// add adds the values of a recording of the same shape.
func (r *recording) add(other *recording) error {
	if r.layers != other.layers || r.items != other.items || r.steps != other.steps {
		return fmt.Errorf("%s of %s, others have %d of %d", number.Count(other.layers, "layer"), number.Count(other.items, "item"), r.layers, r.items)
	}
	for i, v := range other.values {
		r.values[i] += v
	}
	return nil
}

// wholeAt returns the whole number ≥ 0 at a key.
func wholeAt(d *tree.Dict, key string) (int, error) {
	v, err := d.Get(key)
	if err != nil {
		return 0, err
	}
	f, ok := v.(float64)
	if !ok || f < 0 || f != float64(int(f)) {
		return 0, fmt.Errorf("%s: %s where a whole number was expected", key, tree.Describe(v))
	}
	return int(f), nil
}

// sumRanks adds up what the ranks of one recording counted, which must be the
// same passes with the same experts in the slots, and returns a step per pass in
// the order of their numbers.
func sumRanks(ranks []*rankPasses, files []string) (*recording, error) {
	first := ranks[0]
	for i, rank := range ranks[1:] {
		if rank.slots.layers != first.slots.layers || rank.slots.slots != first.slots.slots || !slices.Equal(rank.slots.experts, first.slots.experts) {
			return nil, fmt.Errorf("%s and %s have other experts in their slots (last_physical_to_logical_map): use files of one recording", files[0], files[i+1])
		}
		for _, both := range [][2]int{{0, i + 1}, {i + 1, 0}} {
			for _, pass := range slices.Sorted(maps.Keys(ranks[both[0]].passes)) {
				if ranks[both[1]].passes[pass] == nil {
					return nil, fmt.Errorf("%s has no forward pass %d, %s has: use files of one recording", files[both[1]], pass, files[both[0]])
				}
			}
		}
	}
	ids := slices.Sorted(maps.Keys(first.passes))
	total := &recording{steps: len(ids), layers: first.slots.layers, items: first.slots.slots}
	for _, id := range ids {
		sum := first.passes[id]
		for _, rank := range ranks[1:] {
			if err := sum.add(rank.passes[id]); err != nil {
				return nil, err
			}
		}
		total.values = append(total.values, sum.values...)
	}
	return total.logical(first.slots)
}
