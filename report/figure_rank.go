package report

import (
	"fmt"
	"math"

	"packbench/internal/number"
	"packbench/report/figure"
	"packbench/stats"
)

// rankAlpha is the level of the tests behind the rank diagram.
const rankAlpha = 0.05

func missingRanks(sk *sketch) string {
	b := sk.Blocks()
	if len(b.Strategies) < 3 {
		return "fewer than three strategies have results"
	}
	if len(b.Ranks) < 2 {
		return fmt.Sprintf("%s, where a test over ranks needs two: the layers are made of the same random draws or have the same loads", number.Count(len(b.Ranks), "independent block"))
	}
	if _, err := stats.Friedman(b.Ranks); err != nil {
		return err.Error()
	}
	if _, err := stats.CriticalDifference(len(b.Strategies), len(b.Ranks), rankAlpha); err != nil {
		return err.Error()
	}
	return ""
}

// drawRanks is the critical-difference diagram of Demšar (2006): the mean ranks
// of the strategies over independent blocks of the layers on which all have a
// result, with bars over those that the data cannot tell apart.
func drawRanks(sk *sketch) (*picture, error) {
	b := sk.Blocks()
	ranking, err := stats.Friedman(b.Ranks)
	if err != nil {
		return nil, err
	}
	cd, err := stats.CriticalDifference(len(b.Strategies), len(b.Ranks), rankAlpha)
	if err != nil {
		return nil, err
	}
	p := sk.newPicture("Mean ranks of the strategies by imbalance",
		"On every layer the strategies are ranked by imbalance, 1 for the smallest, with ties sharing a rank, and then by their mean rank in every block "+
			"of layers made of the same random draws, or of the same loads in another order: only blocks are independent. Further left is better. "+
			"A bar joins strategies whose mean ranks are too close to tell apart (critical-difference diagram, Demšar 2006; Nemenyi test at level 0.05).")
	p.Subtitle = fmt.Sprintf("%s of %s on which every %s has a result · Friedman test: p %s · critical difference %s",
		number.Count(len(b.Ranks), "independent block"), number.Count(b.Layers, "layer"), sk.worded("strategy"), number.P(ranking.P), number.Significant(cd, 2))
	p.Notes = append(p.Notes, sk.incomplete()...)
	d := &figure.Ranks{Difference: cd}
	for i, s := range b.Strategies {
		d.Marks = append(d.Marks, figure.Rank{Name: sk.strategyName(s), Look: sk.looks[s],
			Rank: ranking.MeanRanks[i], Value: number.Short(ranking.MeanRanks[i])})
	}
	for _, clique := range stats.Cliques(ranking.MeanRanks, cd) {
		lo, hi := math.Inf(1), 0.0
		for _, i := range clique {
			lo, hi = min(lo, ranking.MeanRanks[i]), max(hi, ranking.MeanRanks[i])
		}
		d.Bars = append(d.Bars, [2]float64{lo, hi})
	}
	p.SetPanels([]*figure.Panel{d.Panel(figure.NewPanel(""), sk.size)}, 1, d.Height())
	return p, nil
}
