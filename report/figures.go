package report

import (
	"fmt"
	"slices"

	"packbench/analysis"
	"packbench/internal/panics"
	"packbench/report/figure"
	"packbench/runs"
)

// figureKind is a figure that a report can have.
type figureKind struct {
	id    string             // stem of its files
	of    func(*sketch) bool // whether it is a figure of this kind of run; others do not mention it
	shows string             // said where it cannot be drawn
	// missing says what the run lacks for the figure, "" where it has all.
	missing func(*sketch) string
	draw    func(*sketch) (*picture, error)
}

// figureKinds lists the figures in the order of the report. To add one, write
// its draw function and a line here.
var figureKinds = []figureKind{
	{"frontier", packings, "Gap against time, and the Pareto front", missingFrontier, drawFrontier},
	{"imbalance", packings, "Imbalance of every layer", never, drawImbalance},
	{"gpu-balance", placements, "Balance of the GPUs of every layer", never, drawGPUBalance},
	{"runtime", everyRun, "Time of every run", never, drawRuntime},
	{"imbalance-vs-runtime", packings, "Imbalance against time", never, drawTradeoff},
	{"gap-distribution", packings, "Distribution of the gap to the lower bound", missingLayers, drawDistribution},
	{"performance-profile", packings, "Share of layers within a factor of the best", missingLayers, drawProfile},
	{"ranks", packings, "Mean ranks of the strategies", missingRanks, drawRanks},
	{"speedup", packings, "Speed-up of one backend over another", missingSpeedup, drawSpeedup},
	{"convergence", singlePackings, "Imbalance after each round of the refinement", missingRounds, drawRounds},
	{"pack-loads", singlePackings, "Loads of the packs under each strategy", missingLoads, drawLoads},
	{"balance-vs-slots", placements, "Balance of the GPUs against the number of slots", missingSlots, drawSlots},
	{"gpu-loads", placements, "Loads of the GPUs under each planner", missingGPULoads, drawGPULoads},
	{"scaling", packings, "Growth of the time with the size of the problem", missingScaling, drawScaling},
}

func never(*sketch) string { return "" }

// The kinds of runs.
func everyRun(*sketch) bool          { return true }
func packings(sk *sketch) bool       { return sk.packed() }
func singlePackings(sk *sketch) bool { return sk.packed() && !sk.replayed() } // not of windows that follow
func placements(sk *sketch) bool {
	return slices.ContainsFunc(analysis.Headline(&sk.Run.Manifest, runs.PerLayer), func(d runs.Measure) bool { return d.Name == runs.GPUBalanceLayerMeasure })
}

// picture is a figure of a report.
type picture struct {
	*figure.Figure
	id      string
	caption string // what to see, one or two sentences
}

// sketch is what figures are drawn from: the view of a run, and how its
// strategies look.
type sketch struct {
	*view
	options Options
	size    figure.Size
	looks   map[string]figure.Look
	ranking analysis.Ranking
	all     analysis.Matrix
}

func newSketch(v *view, o Options, size figure.Size) *sketch {
	return &sketch{view: v, options: o, size: size, looks: v.looks(), ranking: v.Rank(), all: v.Matrix()}
}

// pictures draws the figures that the run has data for, and says of the others
// why they are missing.
func (sk *sketch) pictures() (all []*picture, missing []fact, failures []error) {
	if len(sk.Problems) == 0 {
		return nil, nil, nil
	}
	for _, kind := range figureKinds {
		if !kind.of(sk) {
			continue
		}
		p, why, err := kind.make(sk)
		switch {
		case err != nil:
			failures = append(failures, fmt.Errorf("figure %s: %w", kind.id, err))
			missing = append(missing, fact{kind.shows, err.Error()})
		case why != "":
			missing = append(missing, fact{sk.worded(kind.shows), why})
		default:
			p.id = kind.id
			all = append(all, p)
		}
	}
	return all, missing, failures
}

// make draws the figure or says why not. Whatever a run holds, one figure must
// not cost the others.
func (k figureKind) make(sk *sketch) (p *picture, why string, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panics.Error(v)
		}
	}()
	if why := k.missing(sk); why != "" {
		return nil, why, nil
	}
	if p, err = k.draw(sk); p != nil {
		p.Title, p.caption, p.XLabel, p.YLabel = sk.worded(p.Title), sk.worded(p.caption), sk.worded(p.XLabel), sk.worded(p.YLabel)
	}
	return p, "", err
}

// newPicture begins a figure.
func (sk *sketch) newPicture(title, caption string) *picture {
	f := &figure.Figure{Size: sk.size, Title: title, Notes: sk.missingBackends()}
	return &picture{Figure: f, caption: caption}
}

// LoadsOf returns the load of each pack or GPU of each layer, [layers, packs] row-major,
// that a cell's strategy arrives at. Records do not hold them.
type LoadsOf func(runs.PlannedCell) ([]float64, error)
