// Package progress shows how an experiment comes along: as a bar with the time
// left on a terminal, as a line every few seconds elsewhere.
package progress

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"packbench/harness"
)

// Display shows the progress of one run of an experiment. Hand [Display.Observe]
// to [harness.Session.Execute], and call [Display.Close] at the end.
type Display struct {
	out  io.Writer
	bar  *progressbar.ProgressBar // nil where there is no terminal
	now  func() time.Time
	last time.Time // of the last line
	from time.Time
	told map[string]bool // what has been said already
	made int             // runs so far
}

// Interval is the time between two lines where there is no terminal.
const Interval = 5 * time.Second

// New returns a display that writes to out.
func New(out io.Writer, terminal bool) *Display {
	return newDisplay(out, terminal, 100*time.Millisecond)
}

// newDisplay is New with the least time between two drawings of the bar.
func newDisplay(out io.Writer, terminal bool, throttle time.Duration) *Display {
	d := &Display{out: out, now: time.Now, told: map[string]bool{}}
	if terminal {
		d.bar = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(out),
			progressbar.OptionSetWidth(30),
			progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(throttle),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionSetDescription("runs"),
		)
	}
	d.from = d.now()
	d.last = d.from
	return d
}

// Observe shows that a run has ended. A run that failed or has a warning is
// named at once; that a backend does not run here is said once.
func (d *Display) Observe(e harness.Event) {
	if text := remark(e); text != "" && !d.told[text] {
		d.told[text] = true
		d.say(text)
	}
	// Runs that are skipped take no time: they would spoil the estimate.
	d.made++
	left := e.Total - e.Finished
	if d.bar != nil {
		if d.bar.GetMax() != d.made+left {
			d.bar.ChangeMax(d.made + left)
		}
		_ = d.bar.Set(d.made) // a terminal that is gone is no reason to stop
		return
	}
	if now := d.now(); now.Sub(d.last) >= Interval && left > 0 {
		d.last = now
		wait := time.Duration(float64(now.Sub(d.from)) / float64(d.made) * float64(left))
		d.say(fmt.Sprintf("%d of %d runs, about %v left", d.made, d.made+left, wait.Round(time.Second)))
	}
}

// say writes a line, above the bar where there is one.
func (d *Display) say(text string) {
	if d.bar != nil {
		_ = d.bar.Clear()
	}
	fmt.Fprintln(d.out, text)
}

// Close removes the bar.
func (d *Display) Close() {
	if d.bar != nil {
		_ = d.bar.Clear()
	}
}

// remark says what is worth saying of a run at once, "" where nothing is.
func remark(e harness.Event) string {
	r := e.Record
	switch {
	case r == nil:
		return ""
	case r.Status == harness.Unavailable:
		return fmt.Sprintf("%s: %s", r.Backend, r.Reason)
	case r.Status == harness.Unsupported:
		return fmt.Sprintf("%s on %s: %s", r.Strategy, r.Backend, r.Reason)
	case r.Status != harness.Done:
		return fmt.Sprintf("%s on %s into %d packs (%s, seed %d): %s: %s", r.Strategy, r.Workload, r.Packs, r.Backend, r.Seed, r.Status, r.Reason)
	case len(r.Warnings) > 0:
		return fmt.Sprintf("%s on %s into %d packs (%s, seed %d): %s", r.Strategy, r.Workload, r.Packs, r.Backend, r.Seed, r.Warnings[0])
	}
	return ""
}
