// Package progress shows how an experiment comes along: as a bar with the time
// left on a terminal, as a line every few seconds elsewhere.
package progress

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"packbench/harness"
	"packbench/internal/number"
	"packbench/runs"
)

// Display shows the progress of one run of an experiment. Hand [Display.Observe]
// to [harness.Session.Execute], and call [Display.Close] at the end.
type Display struct {
	out  io.Writer
	bar  *progressbar.ProgressBar // nil where there is no terminal
	now  func() time.Time
	last time.Time       // of the last line
	told map[string]bool // what has been said already
	made int             // runs so far
}

// Interval is the time between two lines where there is no terminal.
const Interval = 5 * time.Second

// New returns a display that writes to out.
func New(out io.Writer, terminal bool) *Display {
	return newDisplay(out, terminal, 100*time.Millisecond)
}

// newDisplay is New with the min time between two drawings of the bar.
func newDisplay(out io.Writer, terminal bool, throttle time.Duration) *Display {
	d := &Display{out: out, now: time.Now, told: map[string]bool{}}
	if terminal {
		d.bar = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(out),
			progressbar.OptionSetWidth(30),
			progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(false), // it takes all runs for alike
			progressbar.OptionThrottle(throttle),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionSetDescription("runs"),
		)
	}
	d.last = d.now()
	return d
}

// Observe shows that a run has ended. A run that failed or has a warning is
// named at once; that a backend does not run here is said once.
func (d *Display) Observe(e harness.Event) {
	if text := remark(e); text != "" {
		about := text
		if e.Record.Status == runs.Done {
			about = e.Record.Key // the first warning of a cell
		}
		if !d.told[about] {
			d.told[about] = true
			d.say(text)
		}
	}
	d.made++
	left := e.Total - e.Finished
	if d.bar != nil {
		if d.bar.GetMax() != d.made+left {
			d.bar.ChangeMax(d.made + left)
		}
		d.bar.Describe("runs" + timeLeft(", ", e.Left))
		_ = d.bar.Set(d.made) // a terminal that is gone is no reason to stop
		return
	}
	if now := d.now(); now.Sub(d.last) >= Interval && left > 0 {
		d.last = now
		d.say(fmt.Sprintf("%d of %s%s", d.made, number.Count(d.made+left, "run"), timeLeft(", ", e.Left)))
	}
}

// timeLeft says how long the rest takes, "" where that is not known yet.
func timeLeft(before string, left time.Duration) string {
	if left == 0 {
		return ""
	}
	return fmt.Sprintf("%sabout %v left", before, max(left.Round(time.Second), time.Second))
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
	if r == nil {
		return ""
	}
	c := r.Cell
	cell := fmt.Sprintf("%s on %s into %s (%s, seed %d)", c.Subject(), c.Workload(), c.Target(), c.Backend(), c.Seed())
	switch {
	case r.Status == runs.Unavailable:
		return fmt.Sprintf("%s: %s", c.Backend(), r.Reason)
	case r.Status == runs.Unsupported:
		return fmt.Sprintf("%s on %s: %s", c.Subject(), c.Backend(), r.Reason)
	case r.Status != runs.Done:
		return fmt.Sprintf("%s: %s: %s", cell, r.Status, r.Reason)
	case len(r.Warnings) > 0:
		return fmt.Sprintf("%s: %s", cell, r.Warnings[0])
	}
	return ""
}
