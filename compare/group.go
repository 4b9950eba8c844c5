package compare

import (
	"packbench/stats"
)

// Group sums up the cells of one strategy on one backend.
type Group struct {
	Strategy  string              `json:"strategy"`
	Backend   string              `json:"backend"`
	Time      stats.GeometricMean `json:"time"`      // of the ratios of medians
	Imbalance stats.GeometricMean `json:"imbalance"` // of the ratios of means
	// Wins, Ties and Losses count layers over all cells: where the new side has
	// the smaller imbalance, the same, the larger.
	Wins   int `json:"wins"`
	Ties   int `json:"ties"`
	Losses int `json:"losses"`
}

// group returns the groups in the order in which the cells begin them.
func (c *Comparison) group() []Group {
	type key struct{ strategy, backend string }
	var order []key
	cells := map[key][]Cell{}
	for _, cell := range c.Cells {
		k := key{cell.Strategy, cell.Backend}
		if cells[k] == nil {
			order = append(order, k)
		}
		cells[k] = append(cells[k], cell)
	}
	axes := c.varying()
	groups := make([]Group, len(order))
	for i, k := range order {
		g := &groups[i]
		g.Strategy, g.Backend = k.strategy, k.backend
		var times, imbalances []stats.Ratio
		for _, cell := range cells[k] {
			name := axes.problem(cell)
			t, q := stats.Ratio{Name: name, Failed: cell.Reason}, stats.Ratio{Name: name, Failed: cell.Reason}
			if cell.Imbalance != nil {
				g.Wins += cell.Imbalance.Pairs.Wins
				g.Ties += cell.Imbalance.Pairs.Ties
				g.Losses += cell.Imbalance.Pairs.Losses
				q.Old, q.New = cell.Imbalance.OldMean, cell.Imbalance.NewMean
			}
			if cell.Time != nil {
				t.Old, t.New = cell.Time.Old.Center, cell.Time.New.Center
			} else if cell.NoTime != "" {
				t.Failed = cell.NoTime
			}
			times, imbalances = append(times, t), append(imbalances, q)
		}
		g.Time, g.Imbalance = stats.GeometricMeanOf(times), stats.GeometricMeanOf(imbalances)
	}
	return groups
}
