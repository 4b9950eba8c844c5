package datasets

import (
	"fmt"
	"strconv"
	"strings"
)

// StepRange is a range of steps.
type StepRange struct {
	From int
	To   int // the step after the last; 0 for all from From on
}

// ParseStepRange reads "a:b", steps a to b − 1, where a or b may be left out, or
// "all".
func ParseStepRange(text string) (*StepRange, error) {
	from, to, ok := strings.Cut(text, ":")
	if text == "all" {
		return &StepRange{}, nil
	}
	bad := fmt.Errorf("steps %q: use a:b for steps a to b − 1, as in 0:100, or all", text)
	if !ok {
		return nil, bad
	}
	r := StepRange{}
	var err error
	if from != "" {
		if r.From, err = strconv.Atoi(from); err != nil || r.From < 0 {
			return nil, bad
		}
	}
	if to != "" {
		if r.To, err = strconv.Atoi(to); err != nil || r.To <= r.From {
			return nil, bad
		}
	}
	return &r, nil
}

// of returns the range within loads of so many steps.
func (r StepRange) of(steps int) (from, to int) {
	if r.To == 0 {
		return r.From, steps
	}
	return r.From, r.To
}
