package harness

import (
	"packbench/runs"
	"packbench/strategies"
)

// Labels returns the names that tables and figures show for the strategies and
// workloads of an experiment, by axis and value: the name that the experiment
// gives, or of a strategy the preset that it is.
func Labels(e *runs.Experiment, registry strategies.Registry) map[string]map[string]string {
	labels := map[string]map[string]string{}
	add := func(axis, value, label string) {
		if label == "" || label == value {
			return
		}
		if labels[axis] == nil {
			labels[axis] = map[string]string{}
		}
		labels[axis][value] = label
	}
	presets := presetNames(registry)
	taken := map[string]bool{} // labels of programs
	for _, named := range e.Strategies {
		s, err := registry.Parse(named.Spec)
		if err != nil {
			continue // of another program
		}
		canonical := s.Spec().String()
		label := named.Name
		if label == "" {
			label = presets[canonical]
		}
		if external, ok := s.(strategies.External); ok && label == "" {
			if label = external.Label(); taken[label] {
				label = "" // the spec tells them apart
			}
			taken[label] = true
		}
		add(runs.StrategyAxis, canonical, label)
	}
	for _, w := range e.Workloads {
		if w.Name == "" {
			continue
		}
		if name, err := workloadName(w); err == nil {
			add(runs.WorkloadAxis, name, w.Name)
		}
	}
	if len(labels) == 0 {
		return nil
	}
	return labels
}

// presetNames returns short names, "descent:fast", for the strategies that
// presets stand for, by their canonical forms.
func presetNames(registry strategies.Registry) map[string]string {
	names := map[string]string{}
	for _, d := range registry {
		for _, p := range d.Presets {
			short := d.Name + ":" + p.Name
			if s, err := registry.Parse(short); err == nil {
				names[s.Spec().String()] = short
			}
		}
	}
	return names
}
