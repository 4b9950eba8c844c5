package main

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// checkRanges returns an error for the first number on the command line that is
// outside the range of its flag: the tag range, which is "1..20", "0.." without an
// upper end, or "(0..1)" without the ends themselves.
func checkRanges(ctx *kong.Context) error {
	for _, p := range ctx.Path {
		if p.Flag == nil || !p.Flag.Tag.Has("range") {
			continue
		}
		for _, v := range numbers(p.Flag.Target) {
			low, high, open := parseRangeTag(p.Flag.Tag.Get("range"))
			x := v.value
			if x >= low && x <= high && !(open && (x == low || x == high)) && !math.IsInf(x, 0) {
				continue
			}
			if unit := p.Flag.Tag.Get("unit"); unit != "" {
				unit = " " + unit
				return fmt.Errorf("--%s=%s: %s%s", p.Flag.Name, v.text, rangeText(low, high, open), unit)
			}
			return fmt.Errorf("--%s=%s: %s", p.Flag.Name, v.text, rangeText(low, high, open))
		}
	}
	return nil
}

// checkEmpty returns an error for an argument on the command line that is "", as an
// unset variable of a shell is: it would read as left out.
func checkEmpty(ctx *kong.Context) error {
	for _, p := range ctx.Path {
		switch {
		case p.Flag != nil && hasEmpty(p.Flag.Target):
			return fmt.Errorf("--%s is empty: give a value, or leave it out", p.Flag.Name)
		case p.Positional != nil && hasEmpty(p.Positional.Target):
			return fmt.Errorf("the argument <%s> is empty: give a value", p.Positional.Name)
		}
	}
	return nil
}

// hasEmpty reports whether a text, or one of several, is "", or there are none.
func hasEmpty(target reflect.Value) bool {
	switch target.Kind() {
	case reflect.String:
		return target.Len() == 0
	case reflect.Slice:
		for i := range target.Len() {
			if hasEmpty(target.Index(i)) {
				return true
			}
		}
		return target.Len() == 0
	}
	return false
}

// parseRangeTag returns the ends of a range, and whether they are outside of it.
func parseRangeTag(tag string) (low, high float64, open bool) {
	trimmed := strings.Trim(tag, "()")
	from, to, _ := strings.Cut(trimmed, "..")
	low, _ = strconv.ParseFloat(from, 64) // constants, which a test reads
	high = math.Inf(1)
	if to != "" {
		high, _ = strconv.ParseFloat(to, 64)
	}
	return low, high, trimmed != tag
}

func rangeText(low, high float64, open bool) string {
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	switch {
	case open:
		return fmt.Sprintf("use a number between %s and %s", number(low), number(high))
	case math.IsInf(high, 1):
		return fmt.Sprintf("use %s or more", number(low))
	}
	return fmt.Sprintf("use %s to %s", number(low), number(high))
}

// given is a number of a flag.
type given struct {
	value float64
	text  string
}

// numbers returns the numbers that a flag's target holds.
func numbers(target reflect.Value) []given {
	switch {
	case target.Kind() == reflect.Pointer && !target.IsNil():
		return numbers(target.Elem())
	case target.Kind() == reflect.Slice:
		var list []given
		for i := range target.Len() {
			list = append(list, numbers(target.Index(i))...)
		}
		return list
	case target.CanInt():
		return []given{{float64(target.Int()), fmt.Sprint(target.Int())}}
	case target.CanFloat():
		return []given{{target.Float(), fmt.Sprint(target.Float())}}
	}
	return nil
}

// flagsOf returns the names of the flags on the command line.
func flagsOf(ctx *kong.Context) []string {
	var names []string
	for _, p := range ctx.Path {
		if p.Flag != nil && !slices.Contains(names, p.Flag.Name) {
			names = append(names, p.Flag.Name)
		}
	}
	return names
}

// only returns an error that names the flags on the command line which have no
// effect in a mode of a verb, all but the named ones; what says what the mode does.
func (s *streams) only(what string, flags ...string) error {
	var idle []string
	for _, name := range s.flags {
		if !slices.Contains(flags, name) {
			idle = append(idle, "--"+name)
		}
	}
	if len(idle) == 0 {
		return nil
	}
	list := idle[len(idle)-1]
	if len(idle) > 1 {
		list = strings.Join(idle[:len(idle)-1], ", ") + " and " + list
	}
	return badInput(fmt.Errorf("%s: leave out %s", what, list))
}

// idle is [streams.only] for the named flags alone.
func (s *streams) idle(what string, flags ...string) error {
	var rest []string
	for _, name := range s.flags {
		if !slices.Contains(flags, name) {
			rest = append(rest, name)
		}
	}
	return s.only(what, rest...)
}
