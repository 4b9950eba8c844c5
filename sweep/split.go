package sweep

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"packbench/internal/number"
	"packbench/runs"
)

// Split divides the cells of a plan into shards. A problem, that is all
// strategies and backends on the same loads, goes to one shard whole, so that
// times that are compared come from one machine. Where there are as many, the
// problems that differ in their seeds alone stay together too.
//
// costs, [cells], estimates the time of each cell; the most expensive problem
// goes first, each to the shard that has least. The result is a function of the
// arguments: every task of a sweep computes the same. More shards than problems
// are an error.
func Split(cells []runs.PlannedCell, costs []float64, of int) ([]runs.Shard, error) {
	groups := group(cells, costs, true)
	if len(groups) < of {
		groups = group(cells, costs, false)
	}
	if of < 1 || of > len(groups) {
		return nil, fmt.Errorf("%s: the plan has %s, which shards do not divide: use 1 to %d", number.Count(of, "shard"), number.Count(len(groups), "problem"), len(groups))
	}
	slices.SortStableFunc(groups, func(a, b *problem) int { return cmp.Compare(b.cost, a.cost) })
	shards := make([]runs.Shard, of)
	total := make([]float64, of)
	for i, g := range groups {
		least := i // no shard stays empty
		if i >= of {
			least = slices.Index(total, slices.Min(total))
		}
		total[least] += g.cost
		shards[least].Cells = append(shards[least].Cells, g.cells...)
	}
	for i := range shards {
		shards[i].Index, shards[i].Of = i+1, of
		slices.Sort(shards[i].Cells)
	}
	return shards, nil
}

// problem is a number of cells that stay together.
type problem struct {
	cells []int
	cost  float64
}

// group returns the problems of a plan, in its order. Problems that differ in a
// replicate (a seed) are one with replicates.
func group(cells []runs.PlannedCell, costs []float64, replicates bool) []*problem {
	var axes []string
	for _, a := range runs.Axes() {
		if a.Role == runs.Problem && (replicates || a.Name != runs.WorkloadAxis) {
			axes = append(axes, a.Name)
		}
	}
	known := map[string]*problem{}
	var list []*problem
	for i, c := range cells {
		id := ""
		for _, axis := range axes {
			id += fmt.Sprintf("%q ", c.Get(axis))
		}
		if !replicates {
			id += c.WorkloadHash
		}
		p := known[id]
		if p == nil {
			p = &problem{}
			known[id] = p
			list = append(list, p)
		}
		p.cells = append(p.cells, i)
		p.cost += costs[i]
	}
	return list
}

// ShuffleSeed returns the seed of the order of runs that all shards of a plan
// share where none is given.
func ShuffleSeed(cells []runs.PlannedCell) uint64 {
	h := sha256.New()
	for _, c := range cells {
		h.Write([]byte(c.Key))
	}
	return binary.LittleEndian.Uint64(h.Sum(nil))
}
