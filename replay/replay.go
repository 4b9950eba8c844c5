package replay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"packbench/internal/number"
	"packbench/placement"
)

// Config is how a trace is replayed.
type Config struct {
	Trace    *Trace
	Topology placement.Topology
	Subject  Subject
	Window   int // steps per window
	// Delay is how many windows after the last one seen a plan comes into force: 1
	// is at once, in the next window.
	Delay   int
	Every   int // a plan is made after every so many windows
	Threads int // layers planned at a time; 0 means one per core
	// MovePrice is what a move costs planners that weigh it; see
	// [Prices.MovePrice].
	MovePrice float64
}

// Result is a replay.
type Result struct {
	Windows []Window // those scored, in order
	Layers  Layers
	Hash    string // of all plans: equal hashes, equal replays
}

// Window is how one window went.
type Window struct {
	Index int // of the window in the trace
	// Planned is true where a new plan came into force with the window. The
	// members below it are of that plan, against the one that it replaced; for the
	// first plan there was none and nothing moves.
	Planned    bool
	PlanTime   float64 // ns, the forecast among it
	Moves      placement.Moves
	Touched    int // layers in which something moved
	Duplicates int // copies that share a GPU with another of their expert

	Score Score
}

// delayed is a plan that is not yet in force.
type delayed struct {
	plan *placement.Plan
	from int
	time float64
}

// Run replays a trace. Windows before the first plan is in force are not scored.
// The error says what cannot be, or is that of the planner or of ctx.
func Run(ctx context.Context, c Config) (*Result, error) {
	w, err := c.check()
	if err != nil {
		return nil, err
	}
	a := newAgent(&c)
	scorer := newScorer(c.Topology, c.Trace.Layers)
	result := &Result{Layers: newLayers(c.Trace.Layers)}
	hash := sha256.New()
	var inForce, last *placement.Plan
	var waiting []delayed
	for i := range w.count {
		if c.Subject.Kind == Oracle || c.Subject.Kind == Truth {
			// The rails see the window itself, or what is expected of it, but begin
			// when the others do.
			if i < c.Delay {
				continue
			}
			waiting = append(waiting[:0], delayed{from: i})
			if err := c.plan(ctx, a, w, i, last, &waiting[0]); err != nil {
				return nil, err
			}
			last = waiting[0].plan
		}
		if len(waiting) > 0 && waiting[0].from == i {
			d := waiting[0]
			waiting = waiting[1:]
			window := Window{Index: i, Planned: true, PlanTime: d.time, Duplicates: d.plan.Duplicates()}
			if inForce != nil {
				if window.Moves, err = placement.CountMoves(inForce, d.plan, 1); err != nil {
					return nil, err
				}
				for _, n := range window.Moves.PerLayer {
					window.Touched += min(n, 1)
				}
				result.Layers.moved(window.Moves.PerLayer)
				a.release(inForce, last, waiting)
			}
			inForce = d.plan
			io.WriteString(hash, d.plan.Hash())
			result.Windows = append(result.Windows, window)
		} else if inForce != nil {
			result.Windows = append(result.Windows, Window{Index: i})
		}
		if inForce != nil {
			result.Windows[len(result.Windows)-1].Score = scorer.score(inForce, w.sum(i), &result.Layers)
		}
		if !c.plansAfter(i) || i+c.Delay >= w.count {
			if c.Subject.Kind == Planned {
				a.show(w.raw(i), w.sum(i))
			}
			continue
		}
		d := delayed{from: i + c.Delay}
		if err := c.plan(ctx, a, w, i, last, &d); err != nil {
			return nil, err
		}
		last = d.plan
		waiting = append(waiting, d)
	}
	result.Hash = hex.EncodeToString(hash.Sum(nil))
	return result, nil
}

// plansAfter reports whether a plan is made at the end of window i.
func (c *Config) plansAfter(i int) bool {
	switch c.Subject.Kind {
	case Planned:
		return i%c.Every == 0
	case Static:
		return i == 0
	}
	return false
}

// plan shows the agent window i and lets it plan.
func (c *Config) plan(ctx context.Context, a *agent, w *windows, i int, previous *placement.Plan, d *delayed) error {
	if c.Subject.Kind == Truth {
		n := c.Trace.Layers * c.Trace.Experts
		truth := w.truth[i*n : (i+1)*n]
		a.show(truth, truth)
	} else {
		a.show(w.raw(i), w.sum(i))
	}
	plan, took, err := a.plan(ctx, previous, c.Delay)
	if err != nil {
		return fmt.Errorf("at the end of window %d: %w", i, err)
	}
	d.plan, d.time = plan, float64(took)
	return nil
}

// release takes a plan that nobody needs any more for its memory.
func (a *agent) release(p, last *placement.Plan, waiting []delayed) {
	for _, d := range waiting {
		if d.plan == p {
			return
		}
	}
	if p != last {
		a.spare = p
	}
}

// Check returns what is wrong with the configuration.
func (c *Config) Check() error {
	_, err := c.check()
	return err
}

// check returns the windows of the trace, or what is wrong with the
// configuration.
func (c *Config) check() (*windows, error) {
	t := c.Trace
	switch {
	case t == nil || t.Layers < 1 || len(t.Loads) != t.Steps*t.Layers*t.Experts:
		return nil, errors.New("a trace without loads")
	case t.Experts != c.Topology.Experts:
		return nil, fmt.Errorf("a trace of %s and a topology of %d", number.Count(t.Experts, "expert"), c.Topology.Experts)
	case c.Subject.Planner == nil:
		return nil, errors.New("a subject without a planner")
	case c.Subject.Kind == Truth && t.Truth == nil:
		return nil, fmt.Errorf("%s: only generated traces have a true mean", t.Name)
	case c.Delay < 1:
		return nil, fmt.Errorf("delay %d: a plan comes into force in the next window at the earliest, so use 1 or more", c.Delay)
	case c.Every < 1:
		return nil, fmt.Errorf("a plan every %s: use 1 or more", number.Count(c.Every, "window"))
	}
	if err := c.Topology.Validate(); err != nil {
		return nil, err
	}
	w, err := t.windows(c.Window)
	if err != nil {
		return nil, err
	}
	if c.Delay >= w.count {
		return nil, fmt.Errorf("delay %d in a trace of %s: no plan would come into force, so use 1 to %d", c.Delay, number.Count(w.count, "window"), w.count-1)
	}
	return w, nil
}
