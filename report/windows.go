package report

import (
	"fmt"
	"slices"
	"strings"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/runs"
)

// paired is the table of a replay that compares planners with one of them over
// windows.
type paired struct {
	Title string
	Table simpleTable
	Text  string // what the unit is
	Notes []string
}

// againstBaseline returns the table, nil where the run is no replay or has nothing
// to compare. baseline is a planner's spec, with its estimator after a comma, or
// its label; "" takes the strongest published one.
func (v *view) againstBaseline(baseline string) (*paired, error) {
	if !v.replayed() {
		if baseline != "" {
			return nil, fmt.Errorf("%s: only replays of planners have windows to compare over", baseline)
		}
		return nil, nil
	}
	for _, s := range v.Strategies {
		if v.strategyName(s) == baseline {
			baseline = s
			break
		}
	}
	baseline, rows, err := v.AgainstBaseline(baseline, analysis.Confidence)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	p := &paired{Title: fmt.Sprintf("Planners against %s, paired over windows", v.strategyName(baseline)), Table: simpleTable{Header: []tableHead{
		{"trace", "what was replayed; of all, each trace with the mean over its windows and seeds", false},
		{"planner", "", false},
		{"Δ balance", "mean difference of Σ mean/Σ max load of the GPUs, even shares, over the windows, with its 95 % interval; above 0 is better", true},
		{"", "", false},
		{"better in", "windows (of all: traces) in which the balance is better than the baseline's, and in how many it is worse", true},
		{"Δ lost", "mean difference of the seconds lost per hour of work by the time model, with its 95 % interval; below 0 is better", true},
		{"", "", false},
		{"unit", "what the interval is made of", false},
	}}, Text: "Windows of one trace depend on each other and are not the unit. Of one trace that is a block of consecutive windows, and the interval is about more windows of that trace; of several seeds or traces it is the trace. Each interval stands for itself: of twenty, one may miss by chance. Too few windows or traces give effect sizes alone."}
	last := ""
	idle := map[string]bool{}
	for _, r := range rows {
		name := "all"
		if r.Problem != nil {
			name = v.problemName(r.Problem)
		}
		shown := name
		if name == last {
			shown = ""
		}
		last = name
		balance, lost := &r.Over[0], &r.Over[1]
		unit := balance.Unit()
		if other := lost.Unit(); other != "" && other != unit {
			unit = strings.TrimPrefix(unit+"; "+other, "; ")
		}
		if unit == "" {
			unit = "none"
		}
		p.Table.Rows = append(p.Table.Rows, []string{shown, v.strategyName(r.Strategy), number.Minus(balance.Shown(4)), balance.Verdict(),
			fmt.Sprintf("%d, worse in %d", balance.Better, balance.Worse), number.Minus(lost.Shown(1)) + " s/h", lost.Verdict(), unit})
		for i, o := range r.Over {
			if o.Remark != "" {
				p.Notes = append(p.Notes, fmt.Sprintf("%s, %s, %s: %s", name, v.strategyName(r.Strategy), []string{"balance", "lost"}[i], o.Remark))
			}
		}
		if r.Idle > 0 && !idle[name] {
			idle[name] = true
			p.Notes = append(p.Notes, fmt.Sprintf("%s: %s without any load left out", name, number.Count(r.Idle, "window")))
		}
	}
	p.Notes = slices.Compact(p.Notes)
	return p, nil
}

// CheckBaseline returns an error where a planner cannot be the baseline of the
// run's report.
func CheckBaseline(run *runs.Run, baseline string, names Names) error {
	if baseline == "" {
		return nil
	}
	_, err := newView(run, names).againstBaseline(baseline)
	return err
}
