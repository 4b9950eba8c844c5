package listing

import (
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"packbench/datasets"
	"packbench/internal/number"
)

// Loads describes loads: their shape, content hash, and the distribution of
// the loads of a layer.
type Loads struct {
	Name       string           `json:"name"`
	Steps      int              `json:"steps"`
	Layers     int              `json:"layers"`
	Items      int              `json:"items"`
	SHA256     string           `json:"sha256"`
	Optimum    *Optimum         `json:"optimum,omitempty"` // of a workload whose best packing is known
	Statistics []LoadsStatistic `json:"statistics"`
	Packs      *LoadsPacks      `json:"packs,omitempty"`
}

// Optimum is the min load of the heaviest pack, for a number of packs.
type Optimum struct {
	Packs int     `json:"packs"`
	Max   float64 `json:"max"`
}

// LoadsStatistic is the least, the median and the greatest value of a statistic
// over the layers. A number is null where no layer defines it or it is infinite.
type LoadsStatistic struct {
	Name    string   `json:"name"`
	Meaning string   `json:"meaning"`
	Min     *float64 `json:"min"`
	Median  *float64 `json:"median"`
	Max     *float64 `json:"max"`

	summary datasets.Summary
}

// LoadsPacks says how even packings into a number of packs can be.
type LoadsPacks struct {
	Packs         int            `json:"packs"`
	Capacity      int            `json:"capacity"`
	Layers        int            `json:"layers"`
	Outweighed    int            `json:"outweighed_layers"` // one item outweighs the mean pack
	Uneven        int            `json:"uneven_layers"`     // the lower bound is more than 0.1% above the mean pack
	BoundOverMean LoadsStatistic `json:"bound_over_mean"`
}

// DescribeLoads describes l; packs is 0 where no number of packs is asked for.
func DescribeLoads(l *datasets.Loads, packs int) (Loads, error) {
	d := Loads{Name: l.Name, Steps: l.Steps, Layers: l.Layers, Items: l.Items, SHA256: l.Hash()}
	if packs != 0 {
		facts, err := l.DescribePacks(packs)
		if err != nil {
			return Loads{}, err
		}
		d.Packs = &LoadsPacks{
			Packs: facts.Packs, Capacity: facts.Capacity, Layers: facts.Layers,
			Outweighed: facts.Outweighed, Uneven: facts.Uneven,
			BoundOverMean: statistic("bound/mean", "min possible max/mean of the packs", facts.BoundOverMean),
		}
	}
	for _, s := range l.Describe() {
		d.Statistics = append(d.Statistics, statistic(s.Name, s.Meaning, s.Summary))
	}
	return d, nil
}

func statistic(name, meaning string, s datasets.Summary) LoadsStatistic {
	return LoadsStatistic{
		Name: name, Meaning: meaning, summary: s,
		Min: finite(s.Min), Median: finite(s.Median), Max: finite(s.Max),
	}
}

// finite returns nil for what JSON cannot hold.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// WriteLoads writes the description as text.
func WriteLoads(w io.Writer, d Loads) {
	t := PlainTable(w)
	t.AppendRow(table.Row{"name", d.Name})
	shape := number.Count(d.Layers, "layer") + " × " + number.Count(d.Items, "item")
	if d.Steps != 1 {
		shape = fmt.Sprintf("%s × %s", number.Count(d.Steps, "step"), shape)
	}
	t.AppendRow(table.Row{"shape", shape})
	t.AppendRow(table.Row{"sha256", d.SHA256})
	if d.Optimum != nil {
		t.AppendRow(table.Row{"optimum", fmt.Sprintf("heaviest pack %s, with %s", short(d.Optimum.Max), number.Count(d.Optimum.Packs, "pack"))})
	}
	t.Render()

	fmt.Fprintln(w)
	t = PlainTable(w)
	t.SetColumnConfigs([]table.ColumnConfig{
		{Number: 2, Align: text.AlignRight, AlignHeader: text.AlignRight},
		{Number: 3, Align: text.AlignRight, AlignHeader: text.AlignRight},
		{Number: 4, Align: text.AlignRight, AlignHeader: text.AlignRight},
	})
	t.AppendHeader(table.Row{"per layer", "min", "median", "max", ""})
	for _, s := range d.Statistics {
		t.AppendRow(s.row())
	}
	if d.Packs != nil {
		t.AppendRow(d.Packs.BoundOverMean.row())
	}
	t.Render()
	if p := d.Packs; p != nil {
		fmt.Fprintf(w, "\n%s of %s: in %d of %s one item outweighs the mean pack, in %d no packing comes within %g%% of even\n",
			number.Count(p.Packs, "pack"), number.Count(p.Capacity, "item"), p.Outweighed, number.Count(p.Layers, "layer"), p.Uneven, 100*datasets.NearlyEven)
	}
}

func (s LoadsStatistic) row() table.Row {
	return table.Row{s.Name, short(s.summary.Min), short(s.summary.Median), short(s.summary.Max), s.Meaning}
}

// short writes a number with up to four significant digits, whole numbers in
// full.
func short(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case v == math.Trunc(v) && math.Abs(v) < 1e15:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case math.Abs(v) >= 1000 && math.Abs(v) < 1e15:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
