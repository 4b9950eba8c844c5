package compare

import (
	"fmt"
	"slices"
	"strings"

	"packbench/harness"
	"packbench/stats"
)

// environments returns the distinct environments of the runs of a cell that are
// done.
func environments(run *harness.Run, cell *harness.CellRuns) []harness.Environment {
	var keys []string
	var list []harness.Environment
	for _, r := range cell.Done() {
		if !slices.Contains(keys, r.Environment) {
			keys = append(keys, r.Environment)
			list = append(list, run.Manifest.Environments[r.Environment])
		}
	}
	return list
}

// sameMachine says why the times of the match do not come from one machine, ""
// where they do.
func (m match) sameMachine() string {
	var first *harness.Environment
	for _, p := range m {
		for _, e := range append(environments(p.oldRun, p.old), environments(p.newRun, p.new)...) {
			if first == nil {
				first = &e
			}
			if differences := otherMachine(*first, e, p.new.Backend); differences != "" {
				return "the times come from different machines: " + differences
			}
		}
	}
	return ""
}

// otherMachine lists the properties in which two environments are different
// machines for a backend.
func otherMachine(a, b harness.Environment, backend string) string {
	var differences []string
	differ := func(what, x, y string) {
		if x != y {
			differences = append(differences, fmt.Sprintf("%s %s against %s", what, orUnknown(x), orUnknown(y)))
		}
	}
	differ("host", a.Host, b.Host)
	differ("CPU", a.CPU, b.CPU)
	differ("system", a.OS, b.OS)
	differ("cores", fmt.Sprint(a.Cores), fmt.Sprint(b.Cores))
	differ("threads", fmt.Sprint(a.Threads), fmt.Sprint(b.Threads))
	if device := a.Backends[backend].Device; a.CPU == "" || !strings.HasPrefix(device, a.CPU) { // else the CPU itself
		differ("device", device, b.Backends[backend].Device)
	}
	return strings.Join(differences, ", ")
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// notes are remarks on the environments: what else differs and may explain
// times, and machines that were busy.
func notes(pairs []pair) []string {
	var list []string
	add := func(note string) {
		if !slices.Contains(list, note) {
			list = append(list, note)
		}
	}
	for _, p := range pairs {
		before, now := environments(p.oldRun, p.old), environments(p.newRun, p.new)
		for _, a := range before {
			for _, b := range now {
				for _, d := range []struct{ what, old, new string }{
					{"Go", a.GoVersion, b.GoVersion},
					{"kernel", a.Kernel, b.Kernel},
					{"CPU governor", a.Governor, b.Governor},
				} {
					if d.old != d.new {
						add(fmt.Sprintf("%s differs, old %s, new %s: it may explain a difference of times", d.what, orUnknown(d.old), orUnknown(d.new)))
					}
				}
			}
		}
		for _, e := range append(before, now...) {
			for _, w := range stats.CheckMachine(e.Load1, e.Cores) {
				add(w.String())
			}
		}
	}
	return list
}
