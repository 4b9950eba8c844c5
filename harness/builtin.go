package harness

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"packbench/internal/spec"
	"packbench/runs"
)

// An experiment is built in by putting its YAML file into experiments/.
//
//go:embed experiments/*.yaml
var builtin embed.FS

// DefaultExperimentName is the built-in experiment that runs if none is named:
// the published comparison.
const DefaultExperimentName = "seed"

// BuiltinNames returns the names of the built-in experiments, the default one
// first, the others sorted.
func BuiltinNames() []string {
	files, _ := fs.Glob(builtin, "experiments/*.yaml") // the pattern is well-formed
	names := []string{DefaultExperimentName}
	for _, f := range files {
		if name := strings.TrimSuffix(path.Base(f), ".yaml"); name != DefaultExperimentName {
			names = append(names, name)
		}
	}
	return names
}

// BuiltinYAML returns the text of a built-in experiment, to read or to copy.
// The error names the nearest one.
func BuiltinYAML(name string) (string, error) {
	if !slices.Contains(BuiltinNames(), name) {
		return "", fmt.Errorf("unknown experiment %q%s", name, spec.Suggest(name, BuiltinNames()))
	}
	text, err := builtin.ReadFile("experiments/" + name + ".yaml")
	return string(text), err
}

// Builtin returns a built-in experiment.
func Builtin(name string) (runs.Experiment, error) {
	text, err := BuiltinYAML(name)
	if err != nil {
		return runs.Experiment{}, err
	}
	e, err := ParseExperiment([]byte(text))
	if err != nil {
		return runs.Experiment{}, fmt.Errorf("experiment %s: %w", name, err)
	}
	return e, nil
}

// FindExperiment returns the experiment that a user names: a built-in one, or a
// YAML file by its path, which has a slash or ends in .yaml or .yml.
func FindExperiment(name string) (runs.Experiment, error) {
	if strings.ContainsAny(name, `/\`) || slices.Contains([]string{".yaml", ".yml"}, path.Ext(name)) {
		return ReadExperiment(name)
	}
	e, err := Builtin(name)
	if err != nil {
		return runs.Experiment{}, fmt.Errorf("%w (or name a YAML file)", err)
	}
	return e, nil
}
