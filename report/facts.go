package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/runs"
)

// asked says what was to be found out.
func (v *view) asked() []fact {
	e := v.Run.Manifest.Experiment
	byShape := map[string][]string{}
	var shapes []string
	for _, p := range v.Problems {
		if byShape[p.ShapeText()] == nil {
			shapes = append(shapes, p.ShapeText())
		}
		byShape[p.ShapeText()] = append(byShape[p.ShapeText()], v.problemName(p))
	}
	var workloads []string
	for _, s := range shapes {
		workloads = append(workloads, listed(byShape[s])+" ("+s+")")
	}
	var names, seeds []string
	for _, s := range v.Strategies {
		names = append(names, v.strategyName(s))
	}
	for _, s := range e.Seeds {
		seeds = append(seeds, fmt.Sprint(s))
	}
	return []fact{
		{v.subjects(), listed(names)},
		{"Workloads", strings.Join(workloads, "; ")},
		{"Backends", strings.Join(v.Backends, ", ")},
		{"Seeds", strings.Join(seeds, ", ")},
		{"Runs of each", invocations(e) + fmt.Sprintf("%d, after %d to warm up, in shuffled order (seed %d)", e.Repeats, e.Warmup, v.Run.Manifest.ShuffleSeed)},
		{"Intervals of times", timesFact(e)},
	}
}

// listed joins names, some of which may have a comma: "vllm, krige".
func listed(names []string) string {
	if slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, ", ") }) {
		return strings.Join(names, "; ")
	}
	return strings.Join(names, ", ")
}

// timesFact says what the intervals of times hold.
func timesFact(e runs.Experiment) string {
	if e.Invocations > 1 {
		return "of the medians of the invocations: they hold from one run to the next"
	}
	return fmt.Sprintf("within this run; expect ±%g %% between runs", 100*analysis.BetweenRuns)
}

// invocations is "6 invocations of " where there are several.
func invocations(e runs.Experiment) string {
	if e.Invocations < 2 {
		return ""
	}
	return fmt.Sprintf("%d invocations of ", e.Invocations)
}

func environmentFacts(e runs.Environment) []fact {
	facts := []fact{
		{"processor", fmt.Sprintf("%s, %s", e.CPU, number.Count(e.Cores, "logical core"))},
		{"threads used", fmt.Sprint(e.Threads)},
		{"memory", fmt.Sprintf("%.1f GB", float64(e.MemoryMB)/1000)},
		{"system", strings.TrimSpace(e.OS + " " + e.Kernel)},
		{"CPU quota", quota(e.CPUQuota)},
		{"affinity", affinity(e)},
		{"governor", e.Governor},
		{"turbo", e.Turbo},
		{"load before", fmt.Sprintf("%.2f", e.Load1)},
		{"Go", e.GoVersion},
		{"program", e.Program},
		{"commit", e.Commit},
	}
	if e.Dirty {
		facts[len(facts)-1].Value += " with uncommitted changes"
	}
	python := make([]string, len(e.Python))
	for i, f := range e.Python {
		python[i] = f.Name + " " + f.Value
	}
	facts = append(facts, fact{"Python", strings.Join(python, "; ")})
	for name, b := range sorted(e.Backends) {
		value := b.Device
		if b.Unavailable != "" {
			value = "unavailable: " + b.Unavailable
		}
		for _, f := range b.Facts {
			value += "; " + f.Name + " " + f.Value
		}
		facts = append(facts, fact{"backend " + name, strings.TrimPrefix(value, "; ")})
	}
	for i := range facts {
		facts[i].Name, facts[i].Value = printable(facts[i].Name), printable(facts[i].Value)
	}
	return slices.DeleteFunc(facts, func(f fact) bool { return f.Value == "" })
}

// quota says how much CPU time a control group allows, "" without a limit.
func quota(cores float64) string {
	if cores == 0 {
		return ""
	}
	return number.Short(cores) + " cores' worth of time"
}

// affinity says on how many cores the process may run, "" where on all.
func affinity(e runs.Environment) string {
	if e.Affinity == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %s", e.Affinity, number.Count(e.Cores, "core"))
}

// shellCommand writes a command so that it can be pasted into a shell.
func shellCommand(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		w = printable(w)
		quoted[i] = w
		if w == "" || strings.ContainsAny(w, " \t\n\"'\\$`*?[]{}()<>|&;#~!") {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// unbroken keeps numbers and their units on one line.
func unbroken(text string) string {
	return strings.ReplaceAll(unitAfterNumber.ReplaceAllString(text, "$1\u00a0$2"), "p < ", "p\u00a0<\u00a0")
}

var unitAfterNumber = regexp.MustCompile(`([0-9]) (%|[mµn]?s\b)`)
