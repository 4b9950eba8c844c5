package stats

import (
	"fmt"
	"math"
)

// Limits of what counts as a good measurement of a time.
const (
	noisyWidth  = 0.05 // half-width of the median's interval, relative
	coarseShare = 0.01 // step of the clock, relative to the median
	shortestNS  = 1000 // below, reading the clock twice costs several percent
	busyShare   = 0.5  // load average per core before the run began
)

// CheckTimes returns what a reader should know about the repeated times of a
// cell, in ns: too few of them, a spread or outliers that hide small
// differences, more than one mode, or a clock that is coarse compared with
// them.
func CheckTimes(ns []float64) ([]Warning, error) {
	median, warnings, err := MedianInterval(ns, 0.95)
	if err != nil {
		return nil, err
	}
	if width := median.RelativeWidth(); median.Bounded() && width > noisyWidth {
		warnings = append(warnings, Warning{
			Code:    Noisy,
			Message: fmt.Sprintf("the median is known only to ± %.0f %%", 100*width),
			Advice:  "repeat more often, or on a machine with nothing else to do and a fixed clock rate",
		})
	}
	outliers, _, err := OutliersOf(ns)
	if err != nil {
		return nil, err
	}
	if severe := countSevere(outliers); severe > 0 {
		warnings = append(warnings, Warning{
			Code:    Outliers,
			Message: fmt.Sprintf("%d of %d times lie more than 3 interquartile ranges outside the quartiles", severe, len(ns)),
			Advice:  "they are kept: the median tolerates them, a mean would not",
		})
	}
	modes, err := CheckModes(ns)
	if err != nil {
		return nil, err
	}
	return append(append(warnings, modes...), checkClock(ns, median.Center)...), nil
}

func countSevere(outliers []Outlier) int {
	n := 0
	for _, o := range outliers {
		if o.Class == LowSevere || o.Class == HighSevere {
			n++
		}
	}
	return n
}

// checkClock infers the step of the clock from the times themselves: all are
// multiples of it.
func checkClock(ns []float64, median float64) []Warning {
	advice := "time a larger problem, or more layers at once"
	if median < shortestNS {
		return []Warning{{
			Code:    CoarseClock,
			Message: fmt.Sprintf("the median of %.0f ns is short compared with the cost of reading the clock", median),
			Advice:  advice,
		}}
	}
	if step := ClockStep(ns); len(ns) > 2 && step > coarseShare*median {
		return []Warning{{
			Code:    CoarseClock,
			Message: fmt.Sprintf("the clock moves in steps of %.0f ns, %.0f %% of the median", step, 100*step/median),
			Advice:  advice,
		}}
	}
	return nil
}

// ClockStep returns the greatest common divisor of the times, in whole ns: the
// step of the clock that measured them, or a small multiple of it where there
// are few times. It is 0 if all times are equal, which shows nothing.
func ClockStep(ns []float64) float64 {
	step, equal := 0.0, true
	for _, t := range ns {
		equal = equal && t == ns[0]
		for a, b := step, math.Round(t); ; a, b = b, math.Mod(a, b) {
			if b == 0 {
				step = a
				break
			}
		}
	}
	if equal {
		return 0
	}
	return step
}

// CheckMachine warns if a machine with this many cores had other work when a
// run began, by the load average of the last minute.
func CheckMachine(load1 float64, cores int) []Warning {
	if cores < 1 || load1 <= busyShare*float64(cores) {
		return nil
	}
	return []Warning{{
		Code:    BusyMachine,
		Message: fmt.Sprintf("the load average was %.1f on %d cores when the run began", load1, cores),
		Advice:  "stop other programs and run again before comparing times",
	}}
}
