package listing

import (
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"packbench/strategies"
)

// Backend describes a backend.
type Backend struct {
	Name        string            `json:"name"`
	Available   bool              `json:"available"`
	Unavailable string            `json:"unavailable,omitempty"` // the reason
	Device      string            `json:"device,omitempty"`
	Facts       []strategies.Fact `json:"facts,omitempty"`
}

// Backends asks the backends what they run on.
func Backends(backends []strategies.Backend) []Backend {
	list := make([]Backend, len(backends))
	for i, b := range backends {
		d, err := b.Describe()
		list[i] = Backend{Name: b.Name(), Available: err == nil, Device: d.Device, Facts: d.Facts}
		if err != nil {
			list[i].Unavailable = strings.Join(strings.Fields(err.Error()), " ")
		}
	}
	return list
}

// WriteBackends writes the list as text.
func WriteBackends(w io.Writer, list []Backend) {
	t := PlainTable(w)
	for _, b := range list {
		if !b.Available {
			t.AppendRow(table.Row{b.Name, b.Unavailable})
			continue
		}
		t.AppendRow(table.Row{b.Name, b.Device})
		for _, f := range b.Facts {
			t.AppendRow(table.Row{"", f.Name + ": " + f.Value})
		}
	}
	t.Render()
}
