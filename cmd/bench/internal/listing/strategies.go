package listing

import (
	"errors"
	"io"
	"strings"

	"packbench/packing"
	"packbench/strategies"
)

// Strategy describes a strategy.
type Strategy struct {
	Name     string   `json:"name"`
	Summary  string   `json:"summary"`
	Source   string   `json:"source,omitempty"`
	Backends []string `json:"backends"` // that execute it, whether they run on this machine or not
	Params   []Param  `json:"params"`
	Presets  []Preset `json:"presets"`
}

// Strategies describes the strategies of a registry and says which of the
// backends execute them.
func Strategies(registry strategies.Registry, backends []strategies.Backend) ([]Strategy, error) {
	var list []Strategy
	for _, d := range registry {
		on := []string{}
		for _, b := range backends {
			if d.External {
				on = append(on, b.Name())
				continue
			}
			s, err := registry.Parse(d.Name)
			if err != nil {
				return nil, err
			}
			if executes(b, s) {
				on = append(on, b.Name())
			}
		}
		list = append(list, Strategy{d.Name, d.Summary, d.Source, on, params(d.Params), presets(d.Presets)})
	}
	return list, nil
}

// executes reports whether b executes strategies like s. It asks with a small
// problem.
func executes(b strategies.Backend, s strategies.Strategy) bool {
	r, err := b.Prepare(s, packing.Shape{Layers: 1, Items: 8, Packs: 4})
	if err != nil {
		return !errors.Is(err, strategies.ErrUnsupported)
	}
	_ = r.Close() // nothing has run
	return true
}

// WriteStrategies writes the list as text.
func WriteStrategies(w io.Writer, list []Strategy) {
	for i, s := range list {
		if i > 0 {
			io.WriteString(w, "\n")
		}
		entry(w, s.Name, s.Summary, [][2]string{{"source", s.Source}, {"backends", strings.Join(s.Backends, ", ")}}, s.Params, s.Presets)
	}
}
