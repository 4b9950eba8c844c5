package compare

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"packbench/stats"
)

// csvColumn is a column of the CSV: its name and its text for a cell.
type csvColumn struct {
	name  string
	value func(*Comparison, Cell) string
}

// csvColumns are the columns, a measure's after the other. Fields of what was
// not compared are empty.
func csvColumns() []csvColumn {
	columns := []csvColumn{
		{"workload", func(_ *Comparison, c Cell) string { return c.Workload }},
		{"layers", func(_ *Comparison, c Cell) string { return strconv.Itoa(c.Layers) }},
		{"items", func(_ *Comparison, c Cell) string { return strconv.Itoa(c.Items) }},
		{"packs", func(_ *Comparison, c Cell) string { return strconv.Itoa(c.Packs) }},
		{"seed", func(_ *Comparison, c Cell) string { return strings.ReplaceAll(c.seeds(), ",", "") }},
		{"rng", func(_ *Comparison, c Cell) string { return c.RNG.String() }},
		{"backend", func(_ *Comparison, c Cell) string { return c.Backend }},
		{"strategy", func(_ *Comparison, c Cell) string { return c.Strategy }},
		{"baseline", func(all *Comparison, _ Cell) string { return all.Baseline }},
		{"status", func(_ *Comparison, c Cell) string { return string(c.Status) }},
		{"reason", func(_ *Comparison, c Cell) string { return c.Reason }},
		{"same_packing", func(_ *Comparison, c Cell) string { return strconv.FormatBool(c.Same) }},
		{"no_time", func(_ *Comparison, c Cell) string { return c.NoTime }},
	}
	add := func(name string, value func(*Time) string) {
		columns = append(columns, csvColumn{"time_" + name, func(_ *Comparison, c Cell) string {
			if c.Time == nil {
				return ""
			}
			return value(c.Time)
		}})
	}
	add("old_runs", func(t *Time) string { return strconv.Itoa(t.OldRuns) })
	add("new_runs", func(t *Time) string { return strconv.Itoa(t.NewRuns) })
	add("old_ns", func(t *Time) string { return number(t.Old.Center) })
	add("old_low_ns", func(t *Time) string { return number(t.Old.Lo) })
	add("old_high_ns", func(t *Time) string { return number(t.Old.Hi) })
	add("new_ns", func(t *Time) string { return number(t.New.Center) })
	add("new_low_ns", func(t *Time) string { return number(t.New.Lo) })
	add("new_high_ns", func(t *Time) string { return number(t.New.Hi) })
	add("ratio", func(t *Time) string { return number(float64(t.Ratio)) })
	add("p", func(t *Time) string { return number(t.P) })
	add("p_adjusted", func(t *Time) string { return number(t.Adjusted) })
	add("cliff_delta", func(t *Time) string { return number(t.Delta) })
	add("shift_ns", func(t *Time) string { return number(t.Shift) })
	add("verdict", func(t *Time) string { return string(t.Verdict) })
	add("warnings", func(t *Time) string {
		return codes(append(slices.Clone(t.OldWarnings), t.NewWarnings...))
	})
	columns = append(columns, qualityColumns("imbalance_", func(c Cell) *Quality { return c.Imbalance })...)
	return append(columns, qualityColumns("gap_", func(c Cell) *Quality { return c.Gap })...)
}

func qualityColumns(prefix string, measure func(Cell) *Quality) []csvColumn {
	var columns []csvColumn
	add := func(name string, value func(*Quality) string) {
		columns = append(columns, csvColumn{prefix + name, func(_ *Comparison, c Cell) string {
			q := measure(c)
			if q == nil {
				return ""
			}
			return value(q)
		}})
	}
	add("old_mean", func(q *Quality) string { return number(q.OldMean) })
	add("new_mean", func(q *Quality) string { return number(q.NewMean) })
	add("ratio", func(q *Quality) string { return number(float64(q.Ratio)) })
	add("difference", func(q *Quality) string { return number(q.Difference.Center) })
	add("difference_low", func(q *Quality) string { return number(q.Difference.Lo) })
	add("difference_high", func(q *Quality) string { return number(q.Difference.Hi) })
	add("shift", func(q *Quality) string { return number(q.Shift) })
	add("wins", func(q *Quality) string { return strconv.Itoa(q.Pairs.Wins) })
	add("ties", func(q *Quality) string { return strconv.Itoa(q.Pairs.Ties) })
	add("losses", func(q *Quality) string { return strconv.Itoa(q.Pairs.Losses) })
	add("p", func(q *Quality) string { return number(q.Pairs.P) })
	add("p_adjusted", func(q *Quality) string { return number(q.Adjusted) })
	add("rank_biserial", func(q *Quality) string { return number(q.Pairs.RankBiserial) })
	add("verdict", func(q *Quality) string { return string(q.Verdict) })
	return columns
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// codes lists the kinds of warnings, each once.
func codes(warnings []stats.Warning) string {
	var list []string
	seen := map[stats.Code]bool{}
	for _, w := range warnings {
		if !seen[w.Code] {
			seen[w.Code] = true
			list = append(list, string(w.Code))
		}
	}
	return strings.Join(list, " ")
}

func writeCSV(c *Comparison, w io.Writer) error {
	out := csv.NewWriter(w)
	columns := csvColumns()
	row := make([]string, len(columns))
	for i, col := range columns {
		row[i] = col.name
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for _, cell := range c.Cells {
		for i, col := range columns {
			row[i] = col.value(c, cell)
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
