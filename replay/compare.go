package replay

// Difference is how two replays of the same windows differ in the balance of the
// GPUs, Σ mean/Σ max over the layers. The unit is a window. Windows of one trace
// depend on each other, so a difference is only an effect size.
type Difference struct {
	Windows int     // scored in both
	Better  int     // windows in which the second is the better
	Mean    float64 // of the second minus the first
}

// Compare compares two replays window by window.
func Compare(a, b *Result) Difference {
	before := map[int]float64{}
	for i := range a.Windows {
		before[a.Windows[i].Index] = a.Windows[i].Score.GPUs.Ratio
	}
	var d Difference
	for i := range b.Windows {
		w := &b.Windows[i]
		first, ok := before[w.Index]
		if !ok {
			continue
		}
		d.Windows++
		d.Mean += w.Score.GPUs.Ratio - first
		if w.Score.GPUs.Ratio > first {
			d.Better++
		}
	}
	if d.Windows > 0 {
		d.Mean /= float64(d.Windows)
	}
	return d
}
