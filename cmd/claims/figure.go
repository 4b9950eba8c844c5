package main

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// figure is a number as a text has it.
type figure struct {
	text  string  // with sign and unit, without emphasis
	value float64 // in the unit of the records: a share of 1, ns
	step  float64 // of the last digit shown, in the same unit
	scale float64 // of the unit
	word  bool    // written in words
}

// units are those that texts have, with what they are in the units of records.
var units = map[string]float64{"%": 0.01, "ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9, "MB": 1e6}

const numberText = `[−+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?`

var (
	// tailFigure is a figure at the end of a text, emphasised or not.
	tailFigure = regexp.MustCompile(`(×?` + numberText + `(?: ?(?:%|ns|µs|ms|s|MB)|×)?)[*_]*$`)
	digits     = regexp.MustCompile(numberText)
	withUnit   = regexp.MustCompile(`(?:^|[^\w.,:=])(` + numberText + ` (?:%|ns|µs|ms|MB|s))(?:[^\w]|$)`)
	tailWords  = regexp.MustCompile(`(?i)((?:[a-z]+ )?[a-z-]+)[*_]*$`)
)

// words are the numbers that are written out.
var words = map[string]float64{
	"twice": 2, "half": 1. / 2, "a half": 1. / 2, "a third": 1. / 3, "two thirds": 2. / 3, "a quarter": 1. / 4, "a fourth": 1. / 4, "a fifth": 1. / 5,
	"a sixth": 1. / 6, "a seventh": 1. / 7, "an eighth": 1. / 8, "a ninth": 1. / 9, "a tenth": 1. / 10, "an eleventh": 1. / 11, "a twelfth": 1. / 12,
	"a thirteenth": 1. / 13, "a fourteenth": 1. / 14, "a fifteenth": 1. / 15, "a sixteenth": 1. / 16, "a twentieth": 1. / 20,
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
	"twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
}

// lastFigure returns the figure that a text ends with and where it begins.
func lastFigure(text string) (f figure, at int, ok bool) {
	if m := tailFigure.FindStringSubmatchIndex(text); m != nil && m[3] > m[2] {
		if f, ok = parseFigure(text[m[2]:m[3]]); ok {
			return f, m[2], true
		}
	}
	m := tailWords.FindStringSubmatchIndex(text)
	if m == nil {
		return figure{}, len(text), false
	}
	word := text[m[2]:m[3]]
	for at := m[2]; ; {
		if v, ok := words[strings.ToLower(word)]; ok {
			return figure{text: word, value: v, scale: 1, word: true}, at, true
		}
		_, rest, more := strings.Cut(word, " ")
		if !more {
			return figure{}, len(text), false
		}
		at += len(word) - len(rest)
		word = rest
	}
}

// parseFigure reads a number with its unit.
func parseFigure(text string) (figure, bool) {
	m := digits.FindString(strings.TrimPrefix(text, "×"))
	plain := strings.NewReplacer(",", "", "−", "-", "+", "").Replace(m)
	v, err := strconv.ParseFloat(plain, 64)
	if err != nil {
		return figure{}, false
	}
	f := figure{text: text, scale: 1}
	unit := strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(text, "×"), m))
	if s, ok := units[unit]; ok {
		f.scale = s
	}
	f.value = v * f.scale
	f.step = math.Pow(10, -float64(decimals(plain))) * f.scale
	return f, true
}

// decimals counts the digits after the point.
func decimals(plain string) int {
	_, fraction, _ := strings.Cut(plain, ".")
	return len(fraction)
}

// write returns the figure's text with another value and as many decimals; "" for
// words.
func (f figure) write(value float64) string {
	if f.word {
		return ""
	}
	bare := strings.TrimPrefix(f.text, "×")
	m := digits.FindString(bare)
	plain := strings.NewReplacer(",", "", "−", "-", "+", "").Replace(m)
	number := strconv.FormatFloat(math.Abs(value/f.scale), 'f', decimals(plain), 64)
	if strings.HasPrefix(m, ".") {
		number = strings.TrimPrefix(number, "0")
	}
	number = thousands(number)
	switch {
	case value < 0:
		number = "−" + number
	case strings.HasPrefix(m, "+"):
		number = "+" + number
	}
	return strings.Replace(f.text, m, number, 1)
}

// thousands puts commas between groups of three digits.
func thousands(number string) string {
	whole, fraction, dotted := strings.Cut(number, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dotted {
		return whole + "." + fraction
	}
	return whole
}

// unitFigures returns the figures of a text that have a unit, outside code.
func unitFigures(text string) []string {
	var list []string
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			continue
		}
		for _, m := range withUnit.FindAllStringSubmatch(part, -1) {
			if strings.ContainsAny(m[1], "0123456789") {
				list = append(list, m[1])
			}
		}
	}
	return list
}
