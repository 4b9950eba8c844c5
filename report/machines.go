package report

import (
	"fmt"
	"slices"
	"strings"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/runs"
)

// machines numbers the environments of the run from 1, in the order of their
// keys; nil where there is one.
func (v *view) machines() map[string]int {
	if len(v.Run.Manifest.Environments) < 2 {
		return nil
	}
	numbers := map[string]int{}
	for key := range sorted(v.Run.Manifest.Environments) {
		numbers[key] = len(numbers) + 1
	}
	return numbers
}

// machineName is "Machine 2" for the environment of that key, "" for the only one.
func (v *view) machineName(key string) string {
	if n := v.machines()[key]; n > 0 {
		return fmt.Sprintf("Machine %d", n)
	}
	return ""
}

// machine names the environments that the times of a result come from: "1", or
// "1, 2".
func (v *view) machine(numbers map[string]int, r *analysis.Result) string {
	if numbers == nil {
		return ""
	}
	var found []int
	for _, c := range r.Cells {
		for _, key := range c.Environments() {
			if n := numbers[key]; !slices.Contains(found, n) {
				found = append(found, n)
			}
		}
	}
	slices.Sort(found)
	return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(found)), ", "), "[]")
}

// severalMachines says what may be compared where times come from several
// environments; "" where they come from one.
func (v *view) severalMachines() string {
	numbers := v.machines()
	if numbers == nil {
		return ""
	}
	var mixed []string
	for _, p := range v.Problems {
		on := map[string]bool{}
		for _, s := range v.Strategies {
			for _, b := range v.Backends {
				if r := v.Result(p, s, b); r != nil && len(r.Runs(runs.TimeMeasure)) > 0 {
					on[v.machine(numbers, r)] = true
				}
			}
		}
		if len(on) > 1 {
			mixed = append(mixed, v.problemName(p))
		}
	}
	text := fmt.Sprintf("The times come from %d machines or programs, numbered in the table and below: compare times only within one. Growth of times from problem to problem and means over problems mix machines.", len(numbers))
	if len(mixed) > 0 {
		text += fmt.Sprintf(" On %s the strategies ran on different machines (the first: %s).", number.Count(len(mixed), "problem"), mixed[0])
	}
	return text
}
