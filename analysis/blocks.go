package analysis

import (
	"fmt"
	"slices"
	"strings"

	"packbench/runs"
	"packbench/stats"
)

// Blocks are the units that a test over ranks may treat as independent.
//
// Layers are not: those with the same loads up to their order are one problem
// (all layers of zipf), and those made of the same random draws, such as one
// layer of lognormal with two values of sigma or of one workload on two numbers
// of packs, are variations on one. So layers of a problem with equal loads count
// once, by their mean, and everything made of the same draws is one block, in
// which a strategy has its mean rank.
type Blocks struct {
	Strategies []string    // that have a result
	Ranks      [][]float64 // [blocks][strategies]: the mean rank by imbalance within the block, 1 is best
	Layers     int         // that were ranked, each time that it was packed
}

// Blocks ranks the strategies on every layer that all of them packed.
func (r *Results) Blocks() Blocks {
	b := Blocks{}
	contenders, _ := r.contenders()
	for _, s := range contenders {
		if slices.ContainsFunc(r.Problems, func(p *Problem) bool { return r.packed(p, s) }) {
			b.Strategies = append(b.Strategies, s)
		}
	}
	var order []string
	members := map[string][][]float64{} // ranks of the problems of a block
	for _, p := range r.Problems {
		groups, n := r.grouped(p, b.Strategies)
		b.Layers += n
		for _, g := range groups {
			if members[g.block] == nil {
				order = append(order, g.block)
			}
			members[g.block] = append(members[g.block], stats.Ranks(g.means()))
		}
	}
	for _, block := range order {
		b.Ranks = append(b.Ranks, columnMeans(members[block]))
	}
	return b
}

func (r *Results) packed(p *Problem, strategy string) bool {
	answer := r.Answer(p, strategy)
	return answer != nil && len(answer.Instances()) > 0
}

// group is the layers of a problem with the same loads.
type group struct {
	block string
	rows  [][]float64 // [layers][strategies]: the imbalance
}

func (g *group) means() []float64 { return columnMeans(g.rows) }

// columnMeans returns the mean of each column.
func columnMeans(rows [][]float64) []float64 {
	means := make([]float64, len(rows[0]))
	for j := range means {
		for _, row := range rows {
			means[j] += row[j] / float64(len(rows))
		}
	}
	return means
}

// grouped returns the layers of a problem that all strategies packed, those with
// equal loads together, and counts them.
func (r *Results) grouped(p *Problem, strategies []string) (groups []*group, layers int) {
	columns := make([]map[[2]uint64]Instance, len(strategies))
	for j, s := range strategies {
		columns[j] = map[[2]uint64]Instance{}
		if answer := r.Answer(p, s); answer != nil {
			for _, i := range answer.Instances() {
				columns[j][i.Key()] = i
			}
		}
	}
	if len(columns) == 0 {
		return nil, 0
	}
	at := map[string]*group{}
	for _, i := range r.instancesOf(p, strategies[0]) {
		row := make([]float64, len(columns))
		whole := true
		for j := range columns {
			x, ok := columns[j][i.Key()]
			row[j], whole = x.Imbalance, whole && ok
		}
		if !whole {
			continue
		}
		layers++
		id := i.loads()
		g := at[id]
		if g == nil {
			g = &group{block: fmt.Sprintf("%s layer %d", drawsOf(i.Cell), i.Layer)}
			at[id] = g
			groups = append(groups, g)
		} else {
			g.block = "loads " + id // of several layers
		}
		g.rows = append(g.rows, row)
	}
	return groups, layers
}

func (r *Results) instancesOf(p *Problem, strategy string) []Instance {
	if answer := r.Answer(p, strategy); answer != nil {
		return answer.Instances()
	}
	return nil
}

// loads identifies the loads of the instance up to their order, as far as that
// was recorded.
func (i Instance) loads() string {
	if ids := i.Cell.Layer(runs.LoadsMeasure); ids != nil {
		return fmt.Sprint(ids[i.Layer])
	}
	return fmt.Sprintf("%s %d", i.Cell.WorkloadHash, i.Layer) + fmt.Sprint(i.Seed())
}

// drawsOf names the random draws that the loads of a cell are made of. Runs that
// did not record it had generators that used the same draws whatever their
// parameters.
func drawsOf(c *Cell) string {
	if c.Draws != "" {
		return c.Draws
	}
	generator, _, _ := strings.Cut(c.Workload(), ":")
	return fmt.Sprintf("%s seed %d", generator, c.Seed())
}
