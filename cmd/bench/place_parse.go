package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// parseRange reads a:b of n things; either end may be missing.
func parseRange(text string, n int) (from, to int, err error) {
	a, b, ok := strings.Cut(text, ":")
	if !ok {
		return 0, 0, fmt.Errorf("write a:b, from 0:1 to 0:%d, or all", n)
	}
	from, to = 0, n
	if a != "" {
		if from, err = strconv.Atoi(a); err != nil {
			return 0, 0, fmt.Errorf("%q is not a whole number: write a:b, from 0:1 to 0:%d", a, n)
		}
	}
	if b != "" {
		if to, err = strconv.Atoi(b); err != nil {
			return 0, 0, fmt.Errorf("%q is not a whole number: write a:b, from 0:1 to 0:%d", b, n)
		}
	}
	if from < 0 || to > n || from >= to {
		return 0, 0, fmt.Errorf("there are steps 0 to %d: write a:b with 0 ≤ a < b ≤ %d", n-1, n)
	}
	return from, to, nil
}

// parseList reads 4,8:16: numbers below n and ranges of them.
func parseList(text string, n int) ([]int, error) {
	var list []int
	for _, part := range strings.Split(text, ",") {
		from, err := strconv.Atoi(part)
		to := from + 1
		if strings.Contains(part, ":") {
			from, to, err = parseRange(part, n)
		}
		if err != nil || from < 0 || to > n {
			return nil, fmt.Errorf("%q: write numbers from 0 to %d and ranges a:b of them", part, n-1)
		}
		for i := from; i < to; i++ {
			list = append(list, i)
		}
	}
	return list, nil
}

// maxCounted limits the list that parseCounts makes.
const maxCounted = 1 << 20

// parseCounts reads 9x30,10x2: thirty times 9, then twice 10.
func parseCounts(text string) ([]int, error) {
	var list []int
	for _, part := range strings.Split(text, ",") {
		value, times, repeated := strings.Cut(part, "x")
		v, err := strconv.Atoi(value)
		n := 1
		if err == nil && repeated {
			n, err = strconv.Atoi(times)
		}
		if err != nil || v < 0 || n < 1 || len(list)+n > maxCounted {
			return nil, fmt.Errorf("%q: write the slots of each GPU, 9,9,10, or 9x2,10 for short", part)
		}
		for range n {
			list = append(list, v)
		}
	}
	return list, nil
}

// idle returns an error for flags that would have no effect.
func (c *placeCmd) idle(s *streams) error {
	if c.Advise {
		if err := s.idle("--advise plans in its own ways and places nothing", "planner", "expert-bytes", "python"); err != nil {
			return err
		}
	}
	if c.Previous == "" {
		if err := s.idle("without --previous nothing moves", "expert-bytes"); err != nil {
			return err
		}
	}
	if !strings.HasPrefix(c.Planner, "python") {
		return s.idle(fmt.Sprintf("planner %s is not in Python", c.Planner), "python")
	}
	return nil
}

// check returns an error for the first flag whose value cannot be.
func (c *placeCmd) check() error {
	if err := (backendFlags{Threads: c.Threads}).check(); err != nil {
		return err
	}
	switch {
	case !(c.ExpertBytes >= 0) || math.IsInf(c.ExpertBytes, 0):
		return fmt.Errorf("--expert-bytes=%v: use a finite number ≥ 0", c.ExpertBytes)
	case c.FirstLayer > 0 && c.To == "":
		return errors.New("--first-layer only applies to an engine's file: add --to ENGINE")
	case c.Advise && (c.Out != "" || c.To != "" || c.Previous != ""):
		return errors.New("--advise makes no placement: leave out --previous, --to and -o")
	case c.Advise && (c.GPUSlots != "" || c.Lost != ""):
		return errors.New("--advise needs GPUs with equal numbers of slots: leave out --gpu-slots and --lost")
	}
	return c.checkFigure()
}
