package main

import (
	"fmt"
	"math"
	"strings"

	"packbench/analysis"
	"packbench/compare"
	"packbench/internal/number"
	"packbench/runs"
	"packbench/stats"
)

// table is rows of cells, the first of which is the header.
type table [][]string

// markdown returns the lines of the table.
func (t table) markdown() []string {
	var lines []string
	for i, row := range t {
		lines = append(lines, "| "+strings.Join(row, " | ")+" |")
		if i == 0 {
			lines = append(lines, "|"+strings.Repeat("---|", len(row)))
		}
	}
	return lines
}

// problemTable has a row per problem of RUN and a column per STRATEGY.
func problemTable(r *records, a *arguments, cell func(*analysis.Result) string) any {
	results, err := r.run(a.text())
	if err != nil {
		a.fail("%w", err)
		return nil
	}
	header := []string{"loads (items, packs)"}
	var strategies []string
	for a.more() {
		name := a.text()
		s, err := strategyOf(results, name)
		if err != nil {
			a.fail("%w", err)
			return nil
		}
		strategies = append(strategies, s)
		header = append(header, strings.ReplaceAll(name, ":rounds=100", ", 100 rounds"))
	}
	t := table{header}
	for _, p := range results.Problems {
		row := []string{loadsName(p)}
		for _, s := range strategies {
			list, err := answers(results, s, "", []*analysis.Problem{p})
			if err != nil {
				row = append(row, "–")
				continue
			}
			row = append(row, cell(list[0]))
		}
		t = append(t, row)
	}
	return t
}

// loadsName is "lognormal σ = 0.5 (288, 32)".
func loadsName(p *analysis.Problem) string {
	name := strings.NewReplacer("sigma=", "σ = ").Replace(analysis.PlainWorkload(p.Workload()))
	if !strings.Contains(name, "σ") && strings.HasPrefix(name, "lognormal") {
		name += " σ = 0.5"
	}
	return fmt.Sprintf("%s (%d, %d)", name, p.Items, p.Cell.Packs())
}

// percent is a share with two digits: "0.023 %".
func percent(share float64) string {
	if share == 0 {
		return "0"
	}
	return number.Significant(100*share, 2) + " %"
}

func gapTable(r *records, a *arguments) any {
	return problemTable(r, a, func(result *analysis.Result) string {
		return percent(analysis.Mean(result.Values(analysis.Gap)))
	})
}

func frontierTable(r *records, a *arguments) any {
	return problemTable(r, a, func(result *analysis.Result) string {
		micro := result.Time().Center / float64(result.Problem.Layers) / 1e3
		return percent(analysis.Mean(result.Values(analysis.Gap))) + " · " + thousands(number.Significant(micro, 2))
	})
}

func optimumTable(r *records, a *arguments) any {
	return problemTable(r, a, func(result *analysis.Result) string {
		values := result.Values(analysis.AboveOptimum)
		above := "–"
		if len(values) > 0 {
			above = fmt.Sprintf("%s (%d of %d)", percent(analysis.Mean(values)), len(values), len(result.Instances()))
		}
		return percent(analysis.Mean(result.Values(analysis.Gap))) + ", " + above
	})
}

// versusTable has a row per workload, those that improve most first.
func versusTable(r *records, a *arguments) any {
	run, strategy, baseline := a.text(), a.text(), a.text()
	t := table{{"loads", "change of mean imbalance, 95 % interval of the difference", "layers better / same / worse", "p (Wilcoxon, Holm)"}}
	for _, cell := range r.compared(run, strategy, baseline, a) {
		q := cell.Result(runs.ImbalanceMeasure).Layers
		if q == nil {
			continue
		}
		name, _, _ := strings.Cut(loadsName(&analysis.Problem{Cell: cell.Cell}), " (")
		p := "–"
		if q.Verdict != compare.Equal {
			p = strings.TrimPrefix(number.P(q.Adjusted), "= ")
		}
		t = append(t, []string{name, changeText(float64(q.Ratio)) + intervalText(q.Difference),
			fmt.Sprintf("%d / %d / %d", q.Pairs.Wins, q.Pairs.Ties, q.Pairs.Losses), p})
	}
	return t
}

// changeText is "−50 %" or "+9.0 %".
func changeText(ratio float64) string {
	share := 100 * (ratio - 1)
	if share == 0 {
		return "0"
	}
	return signed(share) + " %"
}

// intervalText is " · −0.0111 to −0.0095", and nothing where there are too few
// layers for an interval.
func intervalText(i stats.Interval) string {
	if i.Lo == 0 && i.Hi == 0 || math.IsInf(i.Hi-i.Lo, 0) {
		return ""
	}
	return " · " + signed(i.Lo) + " to " + signed(i.Hi)
}

func signed(v float64) string {
	text := number.Significant(v, 2)
	if v > 0 {
		return "+" + text
	}
	return strings.Replace(text, "-", "−", 1)
}

// powerTable says how often comparisons of times found something, by kind of duel.
func powerTable(r *records, a *arguments) any {
	file := a.text()
	t := table{{"the new program", "invocations a side", "cells called different", "cells that regressed by the gate", "duels that failed the gate"}}
	for _, k := range []struct{ key, name, invocations string }{
		{"same/1", "the same again", "1"}, {"same/6", "the same again", "6"},
		{"5/1", "5 % slower", "1"}, {"10/1", "10 % slower", "1"},
		{"10/6", "10 % slower", "6"}, {"20/6", "20 % slower", "6"},
	} {
		of := func(what, total string) string {
			n, err := r.measured(file, k.key+"/"+what)
			if err != nil {
				a.fail("%w", err)
			}
			all, err := r.measured(file, k.key+"/"+total)
			if err != nil {
				a.fail("%w", err)
			}
			return fmt.Sprintf("%g of %g", n, all)
		}
		t = append(t, []string{k.name, k.invocations, of("significant", "cells"), of("above", "cells"), of("gates", "duels")})
	}
	return t
}
