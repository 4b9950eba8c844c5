package compare

import (
	"fmt"
	"strings"

	"packbench/stats"
)

// gathered collects names by what is said of them, in order.
type gathered struct {
	order []string
	names map[string][]string
}

func (g *gathered) add(what, name string) {
	if g.names == nil {
		g.names = map[string][]string{}
	}
	if g.names[what] == nil {
		g.order = append(g.order, what)
	}
	g.names[what] = append(g.names[what], name)
}

func (g *gathered) has(what string) bool { return g.names[what] != nil }

func (g *gathered) lines(prefix string) []string {
	var lines []string
	for _, what := range g.order {
		lines = append(lines, prefix+what+": "+list(g.names[what]))
	}
	return lines
}

// gaps returns what was gathered as data.
func (g *gathered) gaps() []Gap {
	var gaps []Gap
	for _, what := range g.order {
		gaps = append(gaps, Gap{what, g.names[what]})
	}
	return gaps
}

// and joins names as a sentence does: "imbalance and gap".
func and(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// list joins the first names and counts the others; JSON and CSV have all.
func list(names []string) string {
	const limit = 4
	shown := strings.Join(names[:min(limit, len(names))], "; ")
	if more := len(names) - limit; more > 0 {
		shown += fmt.Sprintf("; and %d more", more)
	}
	return shown
}

// warned collects warnings by kind, so that one line speaks for all cells.
type warned struct {
	order   []stats.Warning            // the first of each kind
	uttered map[stats.Code][][2]string // name and message
}

func (w *warned) add(name string, warnings []stats.Warning) {
	if w.uttered == nil {
		w.uttered = map[stats.Code][][2]string{}
	}
	for _, one := range warnings {
		if w.uttered[one.Code] == nil {
			w.order = append(w.order, one)
		}
		w.uttered[one.Code] = append(w.uttered[one.Code], [2]string{name, one.Message})
	}
}

// lines says a message that all share once, others with each name.
func (w *warned) lines() []string {
	var lines []string
	for _, first := range w.order {
		var names, both []string
		shared := true
		for _, u := range w.uttered[first.Code] {
			names = append(names, u[0])
			both = append(both, u[0]+" ("+u[1]+")")
			shared = shared && u[1] == first.Message
		}
		if shared {
			lines = append(lines, fmt.Sprintf("%s (%s): %s", first.Message, first.Advice, list(names)))
		} else {
			lines = append(lines, fmt.Sprintf("%s (%s): %s", first.Code, first.Advice, list(both)))
		}
	}
	return lines
}
