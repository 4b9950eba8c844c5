package listing

import (
	"io"

	"packbench/placement/planners"
)

// Planner is a planner of expert placements.
type Planner struct {
	Name    string   `json:"name"`
	Summary string   `json:"summary"`
	Source  string   `json:"source"`
	Params  []Param  `json:"params"`
	Presets []Preset `json:"presets,omitempty"`
}

// Planners lists the planners of a registry.
func Planners(r planners.Registry) []Planner {
	list := make([]Planner, len(r))
	for i, d := range r {
		list[i] = Planner{d.Name, d.Summary, d.Source, params(d.Params), presets(d.Presets)}
	}
	return list
}

// WritePlanners writes the list as text.
func WritePlanners(w io.Writer, list []Planner) {
	for i, p := range list {
		if i > 0 {
			io.WriteString(w, "\n")
		}
		entry(w, p.Name, p.Summary, [][2]string{{"source", p.Source}}, p.Params, p.Presets)
	}
}
