package datasets

import "packbench/internal/table"

// tableForms are the forms of tables by format.
var tableForms = map[Format]table.Form{
	anyTable: table.Any, CSV: table.Wide, DecimalCSV: table.Decimal, Indexed: table.Indexed, Long: table.Long,
}

// readTable reads a table of text.
func readTable(b []byte, format Format, opt ReadOptions) (*Loads, error) {
	t, err := table.Read(b, table.Options{
		Form: tableForms[format], Key: opt.Key, Layers: opt.Layers, Experts: opt.Experts, Max: MaxLoads,
	})
	if err != nil {
		return nil, err
	}
	rec := recording{steps: t.Steps, layers: t.Layers, items: t.Items, values: t.Values, notes: t.Notes}
	return rec.loads()
}
