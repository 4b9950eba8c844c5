// Package spec reads and writes the short form in which strategies and
// workloads are named: "name", "name:key=value,key=value" or, where a name has
// presets, "name:preset,key=value". A value with a comma, such as the name of a
// file, stands in double quotes.
//
// A [Param] declares a parameter with its default and range; [Resolve] checks
// what a user wrote against the declarations and returns every value. Names and
// keys that are close to a known one are suggested in the error.
package spec

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Spec is a parsed short form, not yet checked against any declaration.
type Spec struct {
	Name   string
	Preset string // "" without one
	Args   []Arg  // in the order written
}

// Arg is one key=value of a [Spec].
type Arg struct{ Key, Value string }

// Preset is a named set of arguments: "descent:fast" means them.
type Preset struct {
	Name string
	Args []Arg
	Doc  string // one line: when to use it
}

// Parse reads a short form. Space around names, keys and values is dropped.
// Empty names, keys or values and repeated keys are errors.
func Parse(text string) (Spec, error) {
	name, args, hasArgs := strings.Cut(text, ":")
	s := Spec{Name: strings.TrimSpace(name)}
	if s.Name == "" {
		return Spec{}, fmt.Errorf("%q has no name: write name or name:key=value,key=value", text)
	}
	if !hasArgs {
		return s, nil
	}
	for i, part := range splitArgs(args) {
		key, value, ok := strings.Cut(part, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if i == 0 && !ok && key != "" {
			s.Preset = key
			continue
		}
		if !ok || key == "" || value == "" {
			return Spec{}, fmt.Errorf("%q in %q is not key=value%s", part, text, quoteHint(i))
		}
		if value, ok = unquote(value); !ok {
			return Spec{}, fmt.Errorf("%s in %q: a value in quotes ends with one, and has a backslash before each quote and backslash", key, text)
		}
		if slices.ContainsFunc(s.Args, func(a Arg) bool { return a.Key == key }) {
			return Spec{}, fmt.Errorf("%q is given twice in %q", key, text)
		}
		s.Args = append(s.Args, Arg{key, value})
	}
	return s, nil
}

// String writes the short form that [Parse] reads.
func (s Spec) String() string {
	var b strings.Builder
	b.WriteString(s.Name)
	separator := byte(':')
	write := func(text string) {
		b.WriteByte(separator)
		b.WriteString(text)
		separator = ','
	}
	if s.Preset != "" {
		write(s.Preset)
	}
	for _, a := range s.Args {
		write(a.Key + "=" + quote(a.Value))
	}
	return b.String()
}

// Kind is the type of a parameter's value.
type Kind int

// The kinds of parameters.
const (
	Int    Kind = iota // a whole number in [Min, Max]
	Float              // a finite number in [Min, Max]
	Choice             // one of Choices
	Text               // any text; what it means is checked by who declares it
)

// Param declares one parameter.
type Param struct {
	Name     string
	Kind     Kind
	Default  string   // in the form a user writes
	Min, Max float64  // range of Int and Float, inclusive
	Choices  []string // of Choice
	Doc      string   // one line: what it does, its unit
}

// Range says in words what the parameter accepts: "1 to 65536", "lpt|noisy".
func (p Param) Range() string {
	switch {
	case p.Kind == Choice:
		return strings.Join(p.Choices, "|")
	case p.Kind == Text:
		return "text"
	case p.Max >= math.MaxFloat32 || p.Max == math.MaxInt32:
		return "≥ " + format(p.Min)
	}
	return format(p.Min) + " to " + format(p.Max)
}

// format writes v in its shortest form; whole numbers of up to nine digits
// without exponent.
func format(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e9 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// check parses value and returns it in its shortest form.
func (p Param) check(value string) (number float64, canonical string, err error) {
	switch p.Kind {
	case Text:
		return 0, value, nil
	case Choice:
		if !slices.Contains(p.Choices, value) {
			return 0, "", fmt.Errorf("%s=%s: use one of %s", p.Name, value, p.Range())
		}
		return 0, value, nil
	case Int:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return 0, "", fmt.Errorf("%s=%s: use a whole number, %s", p.Name, value, p.Range())
		}
		number, canonical = float64(n), strconv.FormatInt(n, 10)
	case Float:
		number, err = strconv.ParseFloat(value, 64)
		if err != nil || math.IsInf(number, 0) || math.IsNaN(number) {
			return 0, "", fmt.Errorf("%s=%s: use a finite number, %s", p.Name, value, p.Range())
		}
		canonical = format(number)
	}
	if number < p.Min || number > p.Max {
		return 0, "", fmt.Errorf("%s=%s is out of range: use %s", p.Name, value, p.Range())
	}
	return number, canonical, nil
}

// Values holds a checked value for every declared parameter.
type Values struct {
	name   string
	params []Param
	number []float64
	text   []string
	given  []bool
}

// Resolve checks the arguments of s against params and fills in the defaults: a
// parameter has the value that s gives it, else that of the preset, else its
// default.
func Resolve(s Spec, params []Param, presets ...Preset) (Values, error) {
	v := Values{
		name: s.Name, params: params,
		number: make([]float64, len(params)),
		text:   make([]string, len(params)),
		given:  make([]bool, len(params)),
	}
	for i, p := range params {
		var err error
		if v.number[i], v.text[i], err = p.check(p.Default); err != nil {
			return Values{}, fmt.Errorf("%s: bad default: %w", s.Name, err)
		}
	}
	args, err := s.expand(params, presets)
	if err != nil {
		return Values{}, err
	}
	for _, a := range args {
		i := slices.IndexFunc(params, func(p Param) bool { return p.Name == a.Key })
		if i < 0 {
			return Values{}, fmt.Errorf("%s has no parameter %q%s", s.Name, a.Key, suggestParam(a.Key, params))
		}
		var err error
		if v.number[i], v.text[i], err = params[i].check(a.Value); err != nil {
			return Values{}, fmt.Errorf("%s: %w", s.Name, err)
		}
		v.given[i] = true
	}
	return v, nil
}

// expand puts the arguments of the preset before those of s.
func (s Spec) expand(params []Param, presets []Preset) ([]Arg, error) {
	if s.Preset == "" {
		return s.Args, nil
	}
	names := make([]string, len(presets))
	for i, p := range presets {
		if p.Name == s.Preset {
			return append(slices.Clone(p.Args), s.Args...), nil
		}
		names[i] = p.Name
	}
	for _, p := range params {
		if p.Name == s.Preset {
			return nil, fmt.Errorf("%s: %q needs a value: write %s=%s", s.Name, p.Name, p.Name, p.Default)
		}
	}
	if len(presets) == 0 {
		return nil, fmt.Errorf("%q in %q is not key=value", s.Preset, s)
	}
	return nil, fmt.Errorf("%s has no preset %q%s", s.Name, s.Preset, Suggest(s.Preset, names))
}

func suggestParam(key string, params []Param) string {
	if len(params) == 0 {
		return ": it takes none"
	}
	names := make([]string, len(params))
	for i, p := range params {
		names[i] = p.Name
	}
	return Suggest(key, names)
}

// Int returns the value of the Int parameter name, which must be declared.
func (v Values) Int(name string) int { return int(v.number[v.index(name)]) }

// Float returns the value of the Float parameter name, which must be declared.
func (v Values) Float(name string) float64 { return v.number[v.index(name)] }

// Choice returns the value of the Choice parameter name, which must be declared.
func (v Values) Choice(name string) string { return v.text[v.index(name)] }

// Text returns the value of the Text parameter name, which must be declared.
func (v Values) Text(name string) string { return v.text[v.index(name)] }

// Given reports whether the user wrote the parameter.
func (v Values) Given(name string) bool { return v.given[v.index(name)] }

func (v Values) index(name string) int {
	i := slices.IndexFunc(v.params, func(p Param) bool { return p.Name == name })
	if i < 0 {
		panic("spec: parameter " + name + " is not declared for " + v.name) // a programming error, not bad input
	}
	return i
}

// Canonical returns the shortest spec with these values: parameters at their
// default are left out, the others stand in the order declared. Two specs that
// mean the same have the same canonical form.
func (v Values) Canonical() Spec {
	s := Spec{Name: v.name}
	for i, p := range v.params {
		if _, def, _ := p.check(p.Default); def != v.text[i] {
			s.Args = append(s.Args, Arg{p.Name, v.text[i]})
		}
	}
	return s
}
