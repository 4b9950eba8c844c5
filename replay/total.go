package replay

import "packbench/placement"

// Total is what a replay comes to.
type Total struct {
	// Balance is Σ mean / Σ max over all layers and windows, by level, with even
	// shares; BestSplit is that of the GPUs with the best split.
	Balance, BestSplit float64
	Nodes, Slots       float64 // means over the windows with load of the Σ form
	Ratios             float64 // mean over these windows and layers of mean/max of the GPUs
	Worst              float64 // the min mean/max of a layer in a window

	Windows    int
	Plans      int     // after the first
	Moves      float64 // experts received per plan and layer, after the first plan
	Across     float64 // of these, from another node
	MaxPerGPU  float64 // max experts that a GPU received per plan, all layers
	Touched    float64 // layers per plan in which something moved
	Duplicates float64 // copies per plan and layer that share a GPU with another of their expert
	PlanTime   float64 // ns, median per plan
}

// Total sums a replay up.
func (r *Result) Total() Total {
	t := Total{Worst: 1, Windows: len(r.Windows)}
	layers := float64(len(r.Layers.Max))
	var sumMean, sumMax, sumBest float64
	var times []float64
	plans, windows := 0.0, 0.0
	for i := range r.Windows {
		w := &r.Windows[i]
		s := &w.Score
		if !w.Idle(len(r.Layers.Max)) {
			windows++
			sumMean += s.sumMean
			sumMax += s.sumMax
			sumBest += s.sumBest
			t.Nodes += s.Nodes.Ratio
			t.Slots += s.Slots.Ratio
			t.Ratios += s.GPUs.Mean
			t.Worst = min(t.Worst, s.GPUs.Worst)
		}
		if !w.Planned {
			continue
		}
		times = append(times, w.PlanTime)
		plans++
		t.Duplicates += float64(w.Duplicates)
		if w.Moves.PerGPU == nil { // the first
			continue
		}
		t.Plans++
		t.Moves += float64(w.Moves.Total)
		t.Across += float64(w.Moves.AcrossNodes)
		t.MaxPerGPU += float64(mostReceived(w.Moves))
		t.Touched += float64(w.Touched)
	}
	t.Balance, t.BestSplit = 1, 1
	if sumMax > 0 {
		t.Nodes /= windows
		t.Slots /= windows
		t.Ratios /= windows
		t.Balance, t.BestSplit = sumMean/sumMax, sumMean/sumBest
	} else { // nothing to balance
		t.Nodes, t.Slots, t.Ratios = 1, 1, 1
	}
	if n := float64(t.Plans); n > 0 {
		t.Moves /= n * layers
		t.Across /= n * layers
		t.MaxPerGPU /= n
		t.Touched /= n
	}
	t.Duplicates /= max(1, plans) * layers
	t.PlanTime = median(times)
	return t
}

// MostReceived is the max number of experts that a GPU received for the
// window.
func (w *Window) MostReceived() int { return mostReceived(w.Moves) }

// mostReceived is the max number of experts that a GPU receives.
func mostReceived(m placement.Moves) int {
	most := 0
	for _, n := range m.PerGPU {
		most = max(most, n)
	}
	return most
}
