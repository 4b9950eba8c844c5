package table

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// role is what a column holds, as its name tells.
type role int

const (
	other role = iota
	index      // a number of the line, as pandas writes
	layer
	expert
	step
	load
)

// roleNames are the names that tell a role, in lower case and without what is
// neither letter nor digit.
var roleNames = map[string]role{
	"index": index, "idx": index, "row": index, "unnamed0": index, "": index,
	"layer": layer, "layerid": layer, "layeridx": layer, "layerindex": layer, "layernumber": layer, "layernum": layer, "moelayer": layer, "moelayerid": layer,
	"expert": expert, "expertid": expert, "expertidx": expert, "expertindex": expert, "expertnumber": expert, "logicalexpert": expert, "logicalexpertid": expert,
	"item": expert, "itemid": expert,
	"step": step, "stepid": step, "iteration": step, "iter": step, "window": step, "forwardpassid": step, "pass": step,
	"count": load, "counts": load, "load": load, "loads": load, "weight": load, "weights": load, "tokens": load, "tokencount": load, "numtokens": load,
	"ntokens": load, "value": load, "expertload": load, "expertcount": load, "logicalcount": load, "hits": load, "frequency": load, "freq": load,
}

// summaries are names of columns and lines that sum up others.
var summaries = []string{"total", "sum", "mean", "average", "avg", "median", "max", "min", "std", "all", "overall", "margin"}

func normal(name string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, name)
}

// roles are the roles of all columns.
type roles []role

func rolesOf(names []string) roles {
	out := make(roles, len(names))
	for i, name := range names {
		out[i] = roleNames[normal(name)]
		if normal(name) == "" && (name != "" || i > 0) {
			out[i] = other // only an empty name at the front is pandas' index
		}
	}
	return out
}

func (r roles) count(want role) int {
	n := 0
	for _, got := range r {
		if got == want {
			n++
		}
	}
	return n
}

// isLong reports whether the names are those of a table with one load per line:
// an expert's number, and loads that are not numbered columns of their own.
func (r roles) isLong() bool {
	return r.count(expert) == 1 && (r.count(load) > 0 || r.count(layer) == 1)
}

func longHeader(names []string) bool {
	r := rolesOf(names)
	return r.count(layer) == 1 && r.isLong()
}

// placeholders are what people write where a number is missing.
var placeholders = []string{"", "-", "–", "—", ".", "?", "*", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "inf", "infinity", "missing", "x"}

// isHeader reports whether the first line is one of names: different ones, that
// begin with a letter, or numbered columns after such names.
func isHeader(r row) bool {
	if r.texts == nil {
		return false
	}
	seen := map[string]bool{}
	names, numbered := 0, 0
	for i, text := range r.texts {
		switch lower := strings.ToLower(text); {
		case text == "" && i == 0 && len(r.texts) > 1: // above an index
		case !math.IsNaN(r.values[i]) || zeros(text):
			numbered++
		case slices.Contains(placeholders, lower) || seen[text] || !startsAsName(text):
			return false
		default:
			seen[text] = true
			names++
		}
	}
	if numbered == 0 {
		return names > 0
	}
	// The columns are numbered, with names above indexes and sums.
	roles := rolesOf(r.texts)
	var numbers []float64
	for i, value := range r.values {
		switch {
		case !math.IsNaN(value):
			numbers = append(numbers, value)
		case (roles[i] == other || roles[i] == load) && !isSummary(r.texts[i]):
			return false
		}
	}
	return consecutive(numbers)
}

func startsAsName(text string) bool {
	for _, c := range text {
		return unicode.IsLetter(c) || strings.ContainsRune("_#(%", c)
	}
	return false
}

// consecutive reports whether the numbers are 0, 1, 2, … or 1, 2, 3, ….
func consecutive(values []float64) bool {
	if len(values) == 0 || values[0] != 0 && values[0] != 1 {
		return false
	}
	for i, v := range values {
		if v != values[0]+float64(i) {
			return false
		}
	}
	return true
}

// numbered splits a name such as "expert_12" into "expert" and 12.
func numbered(name string) (prefix string, n int, ok bool) {
	start := len(name)
	for start > 0 && '0' <= name[start-1] && name[start-1] <= '9' {
		start--
	}
	n, err := strconv.Atoi(name[start:])
	return normal(name[:start]), n, err == nil
}

// allNumbered returns the numbers of names that have the same prefix; ok is
// false where some do not. some is the number of those that have the commonest
// one.
func allNumbered(names []string) (prefix string, numbers []int, some int, ok bool) {
	counts := map[string]int{}
	for _, name := range names {
		if p, _, isNumbered := numbered(name); isNumbered {
			if counts[p]++; counts[p] > some || counts[p] == some && p < prefix {
				prefix, some = p, counts[p]
			}
		}
	}
	if some < len(names) || len(names) == 0 {
		return prefix, nil, some, false
	}
	for _, name := range names {
		_, n, _ := numbered(name)
		numbers = append(numbers, n)
	}
	return prefix, numbers, some, true
}

// isSummary reports whether a name says that the column or line sums up others.
func isSummary(name string) bool { return slices.Contains(summaries, normal(name)) }
