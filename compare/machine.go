package compare

import (
	"fmt"
	"slices"
	"strings"

	"packbench/internal/number"
	"packbench/runs"
	"packbench/stats"
)

// environments returns the distinct environments of the runs of a cell that are
// done.
func environments(run *runs.Run, cell *runs.CellRuns) []runs.Environment {
	var keys []string
	var list []runs.Environment
	for _, r := range cell.Records {
		if r.Status == runs.Done && !slices.Contains(keys, r.Environment) {
			keys = append(keys, r.Environment)
			list = append(list, run.Manifest.Environments[r.Environment])
		}
	}
	return list
}

// otherMachines lists how the machines differ that the runs of the match come
// from, "" where it is one.
func (m match) otherMachines() string {
	var first *runs.Environment
	for _, p := range m {
		for _, e := range append(environments(p.oldRun, p.old), environments(p.newRun, p.new)...) {
			if first == nil {
				first = &e
			}
			if differences := otherMachine(*first, e, p.new.Backend()); differences != "" {
				return differences
			}
		}
	}
	return ""
}

// otherMachine lists the properties in which two environments are different
// machines for a backend.
func otherMachine(a, b runs.Environment, backend string) string {
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
	differ("CPU quota", quota(a), quota(b))
	differ("affinity", affinity(a), affinity(b))
	differ("CPU governor", a.Governor, b.Governor)
	if a.Turbo != "" && b.Turbo != "" { // many machines do not tell
		differ("turbo", a.Turbo, b.Turbo)
	}
	if device := a.Backends[backend].Device; a.CPU == "" || !strings.HasPrefix(device, a.CPU) { // else the CPU itself
		differ("device", device, b.Backends[backend].Device)
	}
	return strings.Join(differences, ", ")
}

// quota is the CPU time that a control group allows.
func quota(e runs.Environment) string {
	if e.CPUQuota == 0 {
		return "none"
	}
	return fmt.Sprintf("%g cores", e.CPUQuota)
}

// affinity is the part of the cores that a process may run on.
func affinity(e runs.Environment) string {
	if e.Affinity == 0 || e.Affinity == e.Cores {
		return "all cores"
	}
	return number.Count(e.Affinity, "core")
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// notes are remarks on the runs: loads under another name, what else differs
// and may explain times, machines that were busy, runs that are not finished.
func notes(pairs []pair, o Options) []string {
	var list []string
	add := func(note string) {
		if !slices.Contains(list, note) {
			list = append(list, note)
		}
	}
	for _, p := range pairs {
		if a, b := p.old.Workload(), p.new.Workload(); a != b && p.old.WorkloadHash == p.new.WorkloadHash {
			add(fmt.Sprintf("%s in the old run and %s in the new one are the same loads: only the name differs", a, b))
		}
	}
	for _, p := range pairs {
		if differences := (match{p}).otherMachines(); differences != "" && o.AcrossMachines {
			add("times are compared across machines, which may explain any difference: " + differences)
		}
		before, now := environments(p.oldRun, p.old), environments(p.newRun, p.new)
		for _, a := range before {
			for _, b := range now {
				for _, d := range []struct{ what, old, new string }{
					{"Go", a.GoVersion, b.GoVersion},
					{"kernel", a.Kernel, b.Kernel},
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
	told := map[*runs.Run]bool{} // a run has as many pairs as cells
	for _, p := range pairs {
		for _, run := range []*runs.Run{p.oldRun, p.newRun} {
			if told[run] {
				continue
			}
			told[run] = true
			if note := unfinished(run); note != "" {
				add(note)
			}
		}
	}
	return list
}

// unfinished says that a run lacks records that its experiment asks for, "" of
// one that is whole. A cell that is not done is run once.
func unfinished(run *runs.Run) string {
	wanted, there := 0, 0
	for _, c := range run.Cells() {
		done := len(c.Done())
		if done < len(c.Records) {
			continue
		}
		wanted, there = wanted+run.Manifest.Experiment.RunsPerCell(), there+done
	}
	if there >= wanted {
		return ""
	}
	return fmt.Sprintf("%s is not finished, %d of %s recorded: bench run --resume %s", run.Dir, there, number.Are(wanted, "run"), run.Dir)
}
