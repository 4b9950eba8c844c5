package listing

import (
	"io"

	"packbench/datasets"
)

// Workload describes a generated workload.
type Workload struct {
	Name    string   `json:"name"`
	Summary string   `json:"summary"`
	Source  string   `json:"source,omitempty"`
	Params  []Param  `json:"params"`
	Presets []Preset `json:"presets"`
}

// Workloads describes the generated workloads.
func Workloads(definitions []datasets.Definition) []Workload {
	list := make([]Workload, len(definitions))
	for i, d := range definitions {
		list[i] = Workload{d.Name, d.Summary, d.Source, params(d.Params), presets(d.Presets)}
	}
	return list
}

// WriteWorkloads writes the list as text.
func WriteWorkloads(w io.Writer, list []Workload) {
	for i, d := range list {
		if i > 0 {
			io.WriteString(w, "\n")
		}
		entry(w, d.Name, d.Summary, [][2]string{{"source", d.Source}}, d.Params, d.Presets)
	}
}
