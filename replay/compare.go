package replay

// Idle reports whether no layer has any load in the window of a replay of so many
// layers. Such a window is even whatever the plan, and no mean contains it.
func (w *Window) Idle(layers int) bool { return w.Score.GPUs.Idle == layers }

// Idle counts the windows without any load, and the layers without load in the
// others.
func (r *Result) Idle() (windows, layers int) {
	n := len(r.Layers.Max)
	for i := range r.Windows {
		if w := &r.Windows[i]; w.Idle(n) {
			windows++
		} else {
			layers += w.Score.GPUs.Idle
		}
	}
	return windows, layers
}

// Paired returns a number of each window that both replays scored, in the order
// of b. Windows without any load are left out.
func Paired(a, b *Result, of func(*Window) float64) (x, y []float64) {
	before := map[int]*Window{}
	for i := range a.Windows {
		before[a.Windows[i].Index] = &a.Windows[i]
	}
	for i := range b.Windows {
		w := &b.Windows[i]
		if v := before[w.Index]; v != nil && !w.Idle(len(b.Layers.Max)) {
			x, y = append(x, of(v)), append(y, of(w))
		}
	}
	return x, y
}
