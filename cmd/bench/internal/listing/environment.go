package listing

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"packbench/internal/number"
	"packbench/runs"
)

// WriteEnvironment writes what is known about a machine as text. What is not
// known is left out.
func WriteEnvironment(w io.Writer, e runs.Environment) {
	t := PlainTable(w)
	row := func(name, value string) {
		if value != "" {
			t.AppendRow(table.Row{name, value})
		}
	}
	commit := e.Commit
	if e.Dirty {
		commit += ", with uncommitted changes"
	}
	row("program", e.Program)
	row("commit", commit)
	row("go", e.GoVersion)
	row("system", strings.TrimSpace(e.OS+" "+e.Kernel))
	row("host", e.Host)
	row("cpu", e.CPU)
	row("cores", fmt.Sprintf("%d (runs use %d)", e.Cores, e.Threads))
	row("features", strings.Join(e.Features, " "))
	if e.CPUQuota != 0 {
		row("cpu quota", fmt.Sprintf("%g cores' worth of time, set by the control group", e.CPUQuota))
	}
	if e.Affinity != 0 {
		row("affinity", fmt.Sprintf("the process may run on %d of the %s", e.Affinity, number.Count(e.Cores, "core")))
	}
	row("governor", e.Governor)
	row("turbo", e.Turbo)
	if e.MemoryMB > 0 {
		row("memory", fmt.Sprintf("%d MB", e.MemoryMB))
	}
	row("load", fmt.Sprintf("%.2f", e.Load1))
	names := make([]string, 0, len(e.Backends))
	for name := range e.Backends {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b := e.Backends[name]
		if b.Unavailable != "" {
			row("backend "+name, b.Unavailable)
			continue
		}
		row("backend "+name, b.Device)
		for _, f := range b.Facts {
			t.AppendRow(table.Row{"", f.Name + ": " + f.Value})
		}
	}
	t.Render()
}
