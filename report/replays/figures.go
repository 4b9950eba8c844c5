// Package replays draws the figures of a run that replays placements, from its
// records: balance against moves, over time, by window and delay, moves by
// layer, and time lost.
package replays

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/internal/panics"
	"packbench/replay"
	"packbench/report/figure"
	"packbench/runs"
)

// Picture is a figure with the stem of its files and what is to be seen there.
type Picture struct {
	*figure.Figure
	ID      string
	Caption string
}

// Kind is a figure that a run can have.
type Kind struct {
	ID   string
	draw func(*sketch) *Picture // nil where the run lacks what it needs
}

// Kinds returns the figures in the order of a report.
func Kinds() []Kind {
	return []Kind{
		{"balance-moves", drawPareto},
		{"balance-time", drawTime},
		{"balance-window-delay", drawHeat},
		{"lost", drawLost},
		{"moves-layers", drawMoves},
	}
}

// Draw draws the figures that the run has data for. Of the others there is
// nothing; a figure that fails is an error and does not cost the rest.
func Draw(run *runs.Run, size figure.Size) (all []*Picture, failures []error) {
	sk := newSketch(run, size)
	if len(sk.Problems) == 0 {
		return nil, nil
	}
	for _, k := range Kinds() {
		p, err := k.make(sk)
		switch {
		case err != nil:
			failures = append(failures, fmt.Errorf("figure %s: %w", k.ID, err))
		case p != nil:
			p.ID = k.ID
			all = append(all, p)
		}
	}
	return all, failures
}

func (k Kind) make(sk *sketch) (p *Picture, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panics.Error(v)
		}
	}()
	return k.draw(sk), nil
}

// sketch is what figures are drawn from.
type sketch struct {
	*analysis.Results
	size  figure.Size
	looks map[string]figure.Look
}

func newSketch(run *runs.Run, size figure.Size) *sketch {
	sk := &sketch{Results: analysis.Arrange(run), size: size, looks: map[string]figure.Look{}}
	for i, s := range sk.Strategies {
		sk.looks[s] = figure.NewLook(i%figure.Colors, (i+i/figure.Colors)%figure.Shapes)
	}
	return sk
}

// subject is what came of a planner on a problem: means over the seeds.
type subject struct {
	name   string
	look   figure.Look
	result *analysis.Result
}

// subjects returns those of a problem that are done; rails where they are asked
// for.
func (sk *sketch) subjects(p *analysis.Problem, rails bool) []subject {
	var list []subject
	for _, s := range sk.Strategies {
		for _, b := range sk.Backends {
			r := sk.Result(p, s, b)
			if r != nil && r.Judged() && (rails || !r.Rail()) {
				list = append(list, subject{sk.name(r), sk.looks[s], r})
			}
		}
	}
	return list
}

// name is how figures call what a result is of: its planner by its label, and
// the estimator.
func (sk *sketch) name(r *analysis.Result) string {
	m, c := &sk.Run.Manifest, r.Cells[0]
	name := m.Label(runs.PlannerAxis, c.Get(runs.PlannerAxis))
	if e := c.Get(runs.EstimatorAxis); e != "" {
		name += ", " + e
	}
	return name
}

// rail returns the result of a rail on a problem; ok is false where there is none.
func (sk *sketch) rail(p *analysis.Problem, name string) (subject, bool) {
	for _, s := range sk.subjects(p, true) {
		if s.result.Cells[0].Get(runs.PlannerAxis) == name {
			return s, true
		}
	}
	return subject{}, false
}

func (s subject) mean(measure string) float64 {
	values := s.result.Runs(measure)
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// legend explains the looks of subjects.
func legend(list []subject, curves bool) []figure.Entry {
	var all []figure.Entry
	for _, s := range list {
		if curves {
			all = append(all, figure.CurveEntry(s.name, s.look, false))
		} else {
			all = append(all, figure.MarkEntry(s.name, s.look, false))
		}
	}
	return all
}

// every returns the subjects of all problems, each once.
func (sk *sketch) every(rails bool) []subject {
	var list []subject
	for _, p := range sk.Problems {
		for _, s := range sk.subjects(p, rails) {
			if !slices.ContainsFunc(list, func(o subject) bool { return o.name == s.name }) {
				list = append(list, s)
			}
		}
	}
	return list
}

func (sk *sketch) picture(title, caption string) *Picture {
	return &Picture{Figure: &figure.Figure{Size: sk.size, Title: title}, Caption: caption}
}

func (sk *sketch) panel(p *analysis.Problem) *figure.Panel {
	n := figure.NewPanel(p.Name)
	n.Under = fmt.Sprintf("%s × %s on %s", number.Count(p.Layers, "layer"), number.Count(p.Items, "expert"), number.Count(p.Cell.Packs(), "GPU"))
	return n
}

// maxPanels is the max number of problems that a figure of panels shows.
const maxPanels = 12

func (sk *sketch) shown(p *Picture) []*analysis.Problem {
	if len(sk.Problems) <= maxPanels {
		return sk.Problems
	}
	p.Notes = append(p.Notes, fmt.Sprintf("the first %d of %d problems", maxPanels, len(sk.Problems)))
	return sk.Problems[:maxPanels]
}

const panelHeight = vg.Length(170)

func fixed(digits int) func(float64) string {
	return func(v float64) string { return fmt.Sprintf("%.*f", digits, v) }
}

// drawPareto shows what each planner leaves uneven against the moves that it
// makes, with the floor that a full plan on the true mean has.
func drawPareto(sk *sketch) *Picture {
	p := sk.picture("Imbalance on the windows to come against moves",
		"Each mark is a planner: experts that GPUs receive per plan and layer, and 1 − balance on the windows that its plans served; lower left is better, the line joins those that no other beats. "+
			"The dashed line is the floor: a full plan on the loads that the trace's generator expects, which no planner can know.")
	p.XLabel, p.YLabel = "experts received per plan and layer", "1 − balance (Σ mean/Σ max, even split)"
	var panels []*figure.Panel
	var frontiers []*figure.Frontier
	problems := sk.shown(p)
	arrange := func() {
		panels = nil
		for i, pr := range problems {
			panels = append(panels, frontiers[i].Panel(sk.panel(pr)))
		}
		p.SetPanels(panels, sk.size.Columns(len(panels), 3), 200)
	}
	for _, pr := range problems {
		fr := &figure.Frontier{}
		var xs, ys []float64
		for _, s := range sk.subjects(pr, false) {
			x, y := s.mean(runs.MovesMeasure), 1-s.mean(runs.BalanceMeasure)
			xs, ys = append(xs, x), append(ys, y)
			fr.Points = append(fr.Points, figure.Point{Name: s.name, Look: s.look, X: x, Y: y,
				Tip: fmt.Sprintf("%s: balance %.4f with %s moves per plan and layer", s.name, 1-y, number.Short(x))})
		}
		if f, ok := sk.rail(pr, replay.TruthName); ok {
			fr.Level = 1 - f.mean(runs.BalanceMeasure)
			ys = append(ys, fr.Level)
		}
		fr.X = figure.NewScale(xs, number.Short).Widened(.08)
		fr.Y = figure.NewScale(ys, fixed(3)).Widened(.08)
		frontiers = append(frontiers, fr)
	}
	arrange()
	if _, err := p.SVG(); err != nil { // a trial, to know whether names have room
		panic(err)
	}
	if len(problems) > 1 || frontiers[0].Crowded() {
		p.Legend = legend(sk.every(false), false)
		for _, fr := range frontiers {
			for i := range fr.Points {
				fr.Points[i].Name = ""
			}
		}
		arrange()
	}
	return p
}

// drawTime shows the balance of every window.
func drawTime(sk *sketch) *Picture {
	p := sk.picture("Balance over time",
		"Balance of the GPUs in every window (Σ mean/Σ max over the layers, even split) under the plan that was in force, first seed. Unless every window has a new plan, marks show the windows that do. "+
			"The oracle plans on the window that it is scored on; static never plans again.")
	p.XLabel, p.YLabel = "window of the trace", "balance"
	p.Legend = legend(sk.every(true), true)
	var panels []*figure.Panel
	for _, pr := range sk.shown(p) {
		ch := &figure.Chart{}
		var xs, ys []float64
		for _, s := range sk.subjects(pr, true) {
			c := s.result.Cells[0]
			at, balance, planned := c.Window(runs.WindowPrefix+"index"), c.Window(runs.WindowPrefix+runs.BalanceMeasure), c.Window(runs.WindowPrefix+"planned")
			curve := figure.Curve{Look: s.look, Name: s.name, Step: true, Xs: at, Ys: balance}
			curve.Tip = func(i int) string { return fmt.Sprintf("%s, window %.0f: %.4f", s.name, at[i], balance[i]) }
			ch.Curves = append(ch.Curves, curve)
			xs, ys = append(xs, at...), append(ys, balance...)
			plans := figure.Curve{Look: s.look, Name: s.name, Scatter: true, Marks: true}
			for i, yes := range planned {
				if yes == 1 {
					plans.Xs, plans.Ys = append(plans.Xs, at[i]), append(plans.Ys, balance[i])
				}
			}
			if 2*len(plans.Xs) <= len(at) {
				ch.Curves = append(ch.Curves, plans)
			}
		}
		ch.X = figure.LinearScale(slices.Max(xs)+1, fixed(0))
		ch.Y = figure.NewScale(ys, fixed(2))
		panels = append(panels, ch.Panel(sk.panel(pr)))
	}
	p.SetPanels(panels, sk.size.Columns(len(panels), 2), panelHeight)
	return p
}

// drawLost shows where the time goes by the model.
func drawLost(sk *sketch) *Picture {
	p := sk.picture("Time lost per hour of work",
		"Seconds lost per hour of work at even loads, by the time model with the prices of the experiment: filled marks show the total, hollow ones imbalance alone. The difference is moves and, where it is on the path, planning.")
	p.XLabel = "seconds lost per hour"
	p.Legend = []figure.Entry{figure.NeutralMark("all", false), figure.NeutralMark("imbalance alone", true)}
	var panels []*figure.Panel
	rows := 0
	for _, pr := range sk.shown(p) {
		d := &figure.Dots{}
		var xs []float64
		list := sk.subjects(pr, false)
		slices.SortStableFunc(list, func(a, b subject) int { return cmp.Compare(a.mean(runs.LostMeasure), b.mean(runs.LostMeasure)) })
		for _, s := range list {
			all := s.mean(runs.LostMeasure)
			imbalance := all - s.mean(runs.LostMovesMeasure) - s.mean(runs.LostPlanningMeasure)
			xs = append(xs, all, imbalance)
			tip := fmt.Sprintf("%s: %s s per hour, %s of them to imbalance", s.name, number.Short(all), number.Short(imbalance))
			d.Rows = append(d.Rows, figure.DotRow{Label: s.name, Marks: []figure.Point{
				{Look: s.look, X: all, XLo: math.Inf(1), XHi: math.Inf(-1), Tip: tip},
				{Look: s.look, Hollow: true, X: imbalance, XLo: math.Inf(1), XHi: math.Inf(-1), Tip: tip},
			}})
		}
		d.X = figure.NewScale(xs, number.Short)
		rows = max(rows, len(d.Rows))
		panels = append(panels, d.Panel(sk.panel(pr), sk.size))
	}
	p.SetPanels(panels, sk.size.Columns(len(panels), 2), figure.DotsHeight(rows, 2))
	return p
}

// drawMoves shows in which layers experts move.
func drawMoves(sk *sketch) *Picture {
	p := sk.picture("Moves by layer", "Experts that the GPUs receive per plan in each layer, mean over plans after the first and over seeds.")
	p.XLabel, p.YLabel = "layer", "experts received per plan"
	var panels []*figure.Panel
	var list []subject
	for _, s := range sk.every(false) {
		if s.mean(runs.MovesMeasure) > 0 {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		return nil
	}
	p.Legend = legend(list, true)
	for _, pr := range sk.shown(p) {
		ch := &figure.Chart{X: figure.LinearScale(float64(pr.Layers), fixed(0))}
		var ys []float64
		for _, s := range sk.subjects(pr, false) {
			if !slices.ContainsFunc(list, func(o subject) bool { return o.name == s.name }) {
				continue
			}
			cv := figure.Curve{Look: s.look, Name: s.name, Step: true, Xs: make([]float64, pr.Layers), Ys: make([]float64, pr.Layers)}
			for l := range cv.Xs {
				cv.Xs[l] = float64(l)
			}
			for _, c := range s.result.Cells {
				for l, moves := range c.Layer(runs.ReplayLayerMovesMeasure) {
					cv.Ys[l] += moves / float64(len(s.result.Cells))
				}
			}
			cv.Tip = func(i int) string { return fmt.Sprintf("%s, layer %d: %s", s.name, i, number.Short(cv.Ys[i])) }
			ch.Curves = append(ch.Curves, cv)
			ys = append(ys, cv.Ys...)
		}
		ch.Y = figure.NewScale(ys, number.Short)
		panels = append(panels, ch.Panel(sk.panel(pr)))
	}
	p.SetPanels(panels, sk.size.Columns(len(panels), 2), panelHeight)
	return p
}
