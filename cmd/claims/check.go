package main

import (
	"fmt"
	"math"
	"regexp"
	"strings"
)

// problem is a claim that the records do not bear out.
type problem struct {
	line  int
	text  string
	fixed bool // the file was put right
}

// checker goes through a document.
type checker struct {
	records  *records
	write    bool
	claims   int
	problems []problem
}

func (c *checker) report(line int, fixed bool, format string, args ...any) {
	c.problems = append(c.problems, problem{line, fmt.Sprintf(format, args...), fixed})
}

var (
	blockStart = regexp.MustCompile(`^<!-- claims: (.*) -->$`)
	claimMark  = regexp.MustCompile(`<!--= (.*?) -->`)
)

const blockEnd = "<!-- end -->"

// document checks the text and returns it as it should be.
func (c *checker) document(text string) string {
	lines := strings.Split(text, "\n")
	var out []string
	fenced := false
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if m := blockStart.FindStringSubmatch(line); m != nil && !fenced {
			end := i + 1
			for end < len(lines) && lines[end] != blockEnd {
				end++
			}
			if end == len(lines) {
				c.report(i+1, false, "a table that does not end: write %s after it", blockEnd)
				return text
			}
			out = append(out, line)
			out = append(out, c.block(i+1, m[1], lines[i+1:end])...)
			out = append(out, blockEnd)
			i = end
			continue
		}
		if !fenced {
			line = c.line(i+1, line)
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// block returns a table as it should be.
func (c *checker) block(line int, expression string, old []string) []string {
	c.claims++
	v, err := c.records.evaluate(expression)
	if err != nil {
		c.report(line, false, "%v", err)
		return old
	}
	table, ok := v.(table)
	if !ok {
		c.report(line, false, "%s is not a table", expression)
		return old
	}
	now := append(append([]string{""}, table.markdown()...), "")
	if len(old) == len(now) {
		same := true
		for i := range now {
			same = same && sameRow(old[i], now[i])
		}
		if same {
			return old
		}
	}
	for i := range max(len(old), len(now)) {
		before, after := "nothing", "nothing"
		if i < len(old) {
			before = old[i]
		}
		if i < len(now) {
			after = now[i]
		}
		if !sameRow(before, after) {
			c.report(line+1+i, c.write, "the table says %q and the records %q", before, after)
		}
	}
	if c.write {
		return now
	}
	return old
}

// timeCell is a cell that ends in a time: "0.69 % · 4". Times change with every
// recording.
var timeCell = regexp.MustCompile(`^(.* · )([0-9,.]+)$`)

// sameRow reports whether two rows of a table say the same, times within their
// tolerance.
func sameRow(a, b string) bool {
	x, y := strings.Split(a, "|"), strings.Split(b, "|")
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		p, q := strings.TrimSpace(x[i]), strings.TrimSpace(y[i])
		s, t := timeCell.FindStringSubmatch(p), timeCell.FindStringSubmatch(q)
		switch {
		case p == q:
		case s != nil && t != nil && s[1] == t[1]:
			u, _ := parseFigure(s[2])
			v, _ := parseFigure(t[2])
			if !(math.Abs(u.value-v.value) <= timeTolerance*v.value+u.step/2+v.step/2) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// line checks the claims of one line, and returns it as it should be.
func (c *checker) line(number int, line string) string {
	marks := claimMark.FindAllStringSubmatchIndex(line, -1)
	var out strings.Builder
	done := 0
	for _, m := range marks {
		text, expression := line[done:m[0]], line[m[2]:m[3]]
		f, at, ok := lastFigure(text)
		if !ok {
			c.report(number, false, "no figure before <!--= %s -->", expression)
		}
		c.unmarked(number, text[:at])
		c.claims++
		if ok && expression != "given" {
			if fixed := c.claim(number, f, expression); fixed != "" {
				text = text[:at] + fixed + text[at+len(f.text):]
			}
		}
		out.WriteString(text)
		out.WriteString(line[m[0]:m[1]])
		done = m[1]
	}
	c.unmarked(number, line[done:])
	out.WriteString(line[done:])
	return out.String()
}

// unmarked reports figures with a unit that have no expression.
func (c *checker) unmarked(number int, text string) {
	for _, f := range unitFigures(text) {
		c.report(number, false, "%q has no expression that gives it: add <!--= … -->", f)
	}
}

// The tolerances of figures that are not exact.
const (
	timeTolerance = 0.1
	wordTolerance = 0.125
)

// claim checks a figure and returns the text that it should have, "" where that
// is the one it has or cannot be written.
func (c *checker) claim(number int, f figure, expression string) string {
	v, err := c.records.evaluate(expression)
	if err != nil {
		c.report(number, false, "%v", err)
		return ""
	}
	want, ok := v.(quantity)
	if !ok {
		c.report(number, false, "%s is not a number", expression)
		return ""
	}
	if f.says(want) {
		return ""
	}
	text := f.write(want.value)
	c.report(number, c.write && text != "", "the text says %q and the records %s: %s", f.text, text, expression)
	if !c.write {
		return ""
	}
	return text
}

// says reports whether a figure is a value, as exactly as it claims to.
func (f figure) says(q quantity) bool {
	off := math.Abs(f.value - q.value)
	switch {
	case f.word:
		return off <= wordTolerance*math.Abs(q.value)
	case q.time:
		return off <= timeTolerance*math.Abs(q.value)+f.step/2
	}
	return off <= f.step/2*(1+1e-9)
}
