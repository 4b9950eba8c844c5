package listing

import (
	"io"

	"github.com/jedib0t/go-pretty/v6/table"

	"packbench/harness"
	"packbench/runs"
)

// Experiment describes a built-in experiment.
type Experiment struct {
	runs.Experiment
	YAML string `json:"yaml"` // the text of its file
}

// Experiments describes the built-in experiments.
func Experiments() ([]Experiment, error) {
	var list []Experiment
	for _, name := range harness.BuiltinNames() {
		e, err := harness.Builtin(name)
		if err != nil {
			return nil, err
		}
		text, err := harness.BuiltinYAML(name)
		if err != nil {
			return nil, err
		}
		list = append(list, Experiment{e, text})
	}
	return list, nil
}

// WriteExperiments writes the list as text.
func WriteExperiments(w io.Writer, list []Experiment) {
	t := PlainTable(w)
	for _, e := range list {
		t.AppendRow(table.Row{e.Name, e.Description})
	}
	t.Render()
}
