package report

import (
	"encoding/xml"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"packbench/report/figure"
	"packbench/runs"
)

// crowdedRuns are runs of shapes that are ordinary in use and hard to draw.
func crowdedRuns() map[string]*runs.Run {
	uniform := func(layers int) []problem { return []problem{{"uniform:layers=8,items=64", layers, 64, 8}} }
	var twenty []string
	for i := range 20 {
		twenty = append(twenty, fmt.Sprintf("topk-max-any:candidates=64,k=4,rounds=%d", i+1))
	}
	many := func(n int, format string) []problem {
		var all []problem
		for i := range n {
			all = append(all, problem{fmt.Sprintf(format, i), 2, 64, 8})
		}
		return all
	}
	long := "recordings/some-model-v3-prefill-chat-ep32-node0-2025-05-12-batch4096-run%d.csv"
	zero := madeRun([]string{"lpt", "two-opt", "descent"}, []string{"cpu"}, uniform(8))
	for _, r := range zero.Records {
		for l, mean := range r.Layer[runs.MeanMeasure] {
			r.Layer[runs.ImbalanceMeasure][l], r.Layer[runs.MaxMeasure][l], r.Layer[runs.MinMeasure][l], r.Layer[runs.LowerBoundMeasure][l] = 0, mean, mean, mean
		}
	}
	once := madeRun([]string{"lpt", "two-opt", "descent"}, []string{"cpu"}, uniform(1))
	kept := once.Records[:0]
	for _, r := range once.Records {
		if r.Repeat == 0 {
			kept = append(kept, r)
		}
	}
	once.Records = kept
	house := []string{"lpt", "two-opt", "descent"}
	return map[string]*runs.Run{
		"one strategy":                   madeRun([]string{"lpt"}, []string{"cpu"}, uniform(8)),
		"one workload":                   madeRun(house, []string{"cpu", "cuda"}, uniform(8)),
		"twenty strategies":              madeRun(twenty, []string{"cpu"}, uniform(8)),
		"twenty strategies, backends":    madeRun(twenty, []string{"cpu", "cuda"}, many(3, "uniform:a=%d")),
		"names that differ at their end": madeRun(house, []string{"cpu", "cuda"}, many(4, long)),
		"strategies with long names":     madeRun([]string{strings.Repeat("strategy-", 12) + "a", strings.Repeat("strategy-", 12) + "b", "lpt"}, []string{"cpu"}, many(2, "zipf:s=%d")),
		"Chinese":                        madeRun(house, []string{"cpu"}, many(3, "预填充解码%d.csv")),
		"Japanese":                       madeRun(house, []string{"cpu"}, many(3, "サーバー・プリフィル%d.csv")),
		"Arabic":                         madeRun(house, []string{"cpu"}, many(3, "تعبئة-المسبقة-%d.csv")),
		"control characters":             madeRun(house, []string{"cpu"}, many(2, "\x1b[31m</svg><script>\x00\u202e%d.npy")),
		"no imbalance":                   zero,
		"one layer, one repeat":          once,
		"200 problems":                   madeRun([]string{"lpt", "two-opt"}, []string{"cpu", "cuda"}, many(200, "lognormal:sigma=0.%03d")),
	}
}

// textBox is where a text of a figure stands.
type textBox struct {
	text                   string
	left, right, top, base float64
}

var numberIn = regexp.MustCompile(`-?[0-9.]+`)

// textBoxes reads where text stands from an SVG element for a page.
func textBoxes(t *testing.T, element []byte) (boxes []textBox, width, height float64) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(element)))
	for {
		token, err := d.Token()
		if token == nil {
			if boxes == nil {
				t.Fatal("a figure without text:", err)
			}
			return boxes, width, height
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		value := map[string]string{}
		for _, a := range start.Attr {
			value[a.Name.Local] = a.Value
		}
		number := func(name string) float64 {
			v, err := strconv.ParseFloat(value[name], 64)
			if err != nil {
				t.Fatalf("%s=%q", name, value[name])
			}
			return v
		}
		switch start.Name.Local {
		case "svg":
			size := numberIn.FindAllString(value["viewBox"], -1)
			width, _ = strconv.ParseFloat(size[2], 64)
			height, _ = strconv.ParseFloat(size[3], 64)
		case "text":
			x, y, w, size := number("x"), number("y"), number("textLength"), number("font-size")
			b := textBox{left: x, right: x + w, top: y - 0.72*size, base: y}
			if strings.HasPrefix(value["transform"], "rotate(-90") {
				b = textBox{left: x - 0.72*size, right: x, top: y - w, base: y}
			}
			if content, ok := mustToken(d).(xml.CharData); ok {
				b.text = string(content)
			}
			boxes = append(boxes, b)
		}
	}
}

func mustToken(d *xml.Decoder) xml.Token {
	token, _ := d.Token()
	return token
}

// Every text of every figure is inside it and over no other, in all sizes.
func TestTextKeepsItsPlace(t *testing.T) {
	if testing.Short() {
		t.Skip("draws hundreds of figures")
	}
	sizes := map[string]figure.Size{"page": figure.Page, "one column": figure.SingleColumn, "two columns": figure.DoubleColumn}
	for name, run := range crowdedRuns() {
		for sizeName, size := range sizes {
			o := Options{LoadsOf: func(runs.PlannedCell) ([]float64, error) { return nil, fmt.Errorf("the file is gone") }}
			all, _, errs := newSketch(newView(run, Names{}), o, size).pictures()
			if len(errs) > 0 {
				t.Errorf("%s, %s: %v", name, sizeName, errs)
			}
			for _, p := range all {
				element, err := p.Inline()
				if err != nil {
					t.Fatal(err)
				}
				boxes, width, height := textBoxes(t, element)
				for i, a := range boxes {
					if a.left < 0 || a.right > width || a.top < 0 || a.base > height {
						t.Errorf("%s, %s, %s: %q leaves the figure: %+v in %v × %v", name, sizeName, p.id, a.text, a, width, height)
					}
					for _, b := range boxes[:i] {
						if w, h := math.Min(a.right, b.right)-math.Max(a.left, b.left), math.Min(a.base, b.base)-math.Max(a.top, b.top); w > 0.5 && h > 0.5 {
							t.Errorf("%s, %s, %s: %q is over %q: %.1f × %.1f", name, sizeName, p.id, a.text, b.text, w, h)
						}
					}
				}
			}
		}
	}
}

// Problems whose names differ have headings that differ, strategies labels.
func TestNamesAreToldApart(t *testing.T) {
	for name, run := range crowdedRuns() {
		if name == "200 problems" {
			continue // of which some are shown
		}
		v := newView(run, Names{})
		element, err := drawn(t, run, "imbalance", Options{}).Inline()
		if err != nil {
			t.Fatal(err)
		}
		boxes, _, _ := textBoxes(t, element)
		headings := map[string]bool{}
		for _, h := range strings.Split(headingsOf(boxes), "\n") {
			if h != "" && headings[h] {
				t.Errorf("%s: heading %q twice", name, h)
			}
			headings[h] = true
		}
		if len(v.Problems) > 1 && len(headings) < len(v.Problems) {
			t.Errorf("%s: %d headings for %d problems", name, len(headings), len(v.Problems))
		}
	}
}

// headingsOf returns the headings of panels, a line each: what stands in lines
// below each other from the same left.
func headingsOf(boxes []textBox) string {
	var b strings.Builder
	for i, box := range boxes {
		if i > 0 && box.left == boxes[i-1].left && box.base > boxes[i-1].base && box.base-boxes[i-1].base < 14 {
			b.WriteString(" " + box.text)
		} else {
			b.WriteString("\n" + box.text)
		}
	}
	var kept []string
	for line := range strings.SplitSeq(b.String(), "\n") {
		if strings.Contains(line, ".csv") || strings.Contains(line, "zipf s") || strings.Contains(line, "uniform a") || strings.Contains(line, ".npy") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}
