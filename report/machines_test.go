package report

import (
	"bytes"
	"strings"
	"testing"

	"packbench/runs"
)

// TestTimesNameTheirMachine: a run merged from two machines says in every row
// where its times are from, and draws no growth across both.
func TestTimesNameTheirMachine(t *testing.T) {
	run := shapesRun()
	run.Manifest.Environments["e2"] = runs.Environment{Host: "other", CPU: "Larger CPU", Cores: 64}
	for i := range run.Records {
		if strings.Contains(run.Records[i].Cell.Workload(), "items=576") {
			run.Records[i].Environment = "e2"
		}
	}
	var b bytes.Buffer
	if err := Table(&b, run, CSV, Names{}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	at := -1
	for i, name := range strings.Split(lines[0], ",") {
		if name == "machine" {
			at = i
		}
	}
	if at < 0 {
		t.Fatalf("no column for the machine: %s", lines[0])
	}
	for _, line := range lines[1:] {
		want := "1"
		if strings.Contains(line, "×576×") {
			want = "2"
		}
		if got := strings.Split(line, ",")[at]; got != want {
			t.Errorf("machine %q, want %q: %s", got, want, line)
		}
	}
	if warnings := strings.Join(newView(run, Names{}).warnings(), " "); !strings.Contains(warnings, "The times come from 2 machines") {
		t.Errorf("warnings %s", warnings)
	}
	page := newPage(newView(run, Names{}), nil, nil)
	for _, write := range []func() ([]byte, error){page.html, page.markdown} {
		text, err := write()
		if err != nil || !bytes.Contains(text, []byte("Machine 1")) || !bytes.Contains(text, []byte("Machine 2")) {
			t.Errorf("the environments are not numbered: %v", err)
		}
	}
	for _, e := range drawn(t, run, "scaling", Options{}).Legend {
		if strings.Contains(e.Text, "^") {
			t.Errorf("an exponent over two machines: %q", e.Text)
		}
	}
	b.Reset()
	if err := Table(&b, syntheticRun(), CSV, Names{}); err != nil || strings.Contains(strings.Split(b.String(), "\n")[0], "machine") {
		t.Errorf("a column for the only machine: %v", err)
	}
}
