package export

import (
	"bytes"
	"encoding/csv"
	"slices"
	"testing"

	"packbench/runs"
)

// TestInvocationsAndTheOptimumAreExported: a row says which process made the
// run, and the summary how far a cell is above what was proved.
func TestInvocationsAndTheOptimumAreExported(t *testing.T) {
	run := load(t, "new")
	proved := 0
	for i := range run.Records {
		r := &run.Records[i]
		r.Invocation = r.Repeat / 4
		if r.Layer != nil && proved == 0 {
			r.Layer[runs.OptimalMeasure] = slices.Repeat([]float64{1}, r.Layers)
			proved = r.Layers
		}
	}
	_, rows := summaryOf(t, run)
	at := slices.IndexFunc(rows, func(r map[string]string) bool { return r["optimum_layers"] != "" && r["optimum_layers"] != "0" })
	if at < 0 {
		t.Fatal("no cell with a known optimum")
	}
	if r := rows[at]; r["mean_above_optimum"] == "" || r["invocations"] != "2" {
		t.Errorf("%v", r)
	}
	var b bytes.Buffer
	if err := Write(&b, run, Options{Format: "csv", Table: "runs"}); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	invocation, repeat := slices.Index(lines[0], "invocation"), slices.Index(lines[0], "repeat")
	for _, line := range lines[1:] {
		if want := map[bool]string{true: "0", false: "1"}[line[repeat] < "4"]; line[invocation] != want {
			t.Errorf("repeat %s in invocation %s, want %s", line[repeat], line[invocation], want)
		}
	}
}
