package listing

import (
	"packbench/datasets"
	"packbench/placement/forecast"
)

// Traces describes the generated traces; [WriteWorkloads] writes them.
func Traces(definitions []datasets.TraceDefinition) []Workload {
	list := make([]Workload, len(definitions))
	for i, d := range definitions {
		list[i] = Workload{d.Name, d.Summary, d.Source, params(d.Params), presets(d.Presets)}
	}
	return list
}

// Estimators describes the estimators of loads; [WriteWorkloads] writes them.
func Estimators(definitions []forecast.Definition) []Workload {
	list := make([]Workload, len(definitions))
	for i, d := range definitions {
		list[i] = Workload{Name: d.Name, Summary: d.Summary, Params: params(d.Params), Presets: presets(nil)}
	}
	return list
}
