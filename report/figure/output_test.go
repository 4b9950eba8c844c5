package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font/opentype"
	"pgregory.net/rapid"

	"packbench/internal/number"
)

// chartOf is a figure of one curve with names everywhere.
func chartOf(name string) *Figure {
	f := &Figure{Size: Page, Title: name, Subtitle: name, Notes: []string{name}, XLabel: name, YLabel: name}
	ch := &Chart{X: NewScale([]float64{1, 1000}, number.Short), Y: NewScale([]float64{0, 3}, number.Short)}
	ch.Curves = []Curve{{Look: NewLook(1, 2), Name: name, Marks: true, Xs: []float64{1, 30, 1000}, Ys: []float64{0, 2, 3},
		Tip: func(int) string { return name }}}
	f.Legend = []Entry{CurveEntry(name, NewLook(1, 2), false)}
	p := NewPanel(name)
	p.Under = name
	f.SetPanels([]*Panel{ch.Panel(p)}, 1, 150)
	return f
}

// Whatever the names, an SVG is XML without markup or control characters of
// theirs, and a PDF is written.
func TestNamesOfAnyKindAreWritten(t *testing.T) {
	name := rapid.OneOf(rapid.String(), rapid.StringMatching(`[<>&"'\]\x00-\x1f\x7f-\x9f解ت-]{1,30}`),
		rapid.SampledFrom([]string{"", "</svg><script>alert(1)</script>", "]]>", "\x1b[31m", "\xff\xfe", "a\u202eb", "\U0001F600"}))
	rapid.Check(t, func(t *rapid.T) {
		f := chartOf(name.Draw(t, "name"))
		document, err := f.SVG()
		if err != nil {
			t.Fatal(err)
		}
		element, err := f.Inline()
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range [][]byte{document, element} {
			elements := map[string]bool{}
			for d := xml.NewDecoder(bytes.NewReader(text)); ; {
				token, err := d.Token()
				if errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
				if start, ok := token.(xml.StartElement); ok {
					elements[start.Name.Local] = true
				}
			}
			if elements["script"] || bytes.Contains(text, []byte("NaN")) {
				t.Fatalf("elements %v", elements)
			}
		}
		if pdf, err := f.PDF(); err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
			t.Fatal(err)
		}
	})
}

// The text of a document has its shape in any program: it is drawn, with what
// it says as a label.
func TestDocumentsDrawTheirText(t *testing.T) {
	document, err := chartOf("topk-max-any").SVG()
	if err != nil {
		t.Fatal(err)
	}
	if text := string(document); strings.Contains(text, "<text") || !strings.Contains(text, `aria-label="topk-max-any"`) {
		t.Error("text depends on the reader's fonts, or has no label")
	}
}

// The same figure has the same bytes.
func TestOutputIsDeterministic(t *testing.T) {
	for name, write := range map[string]func(*Figure) ([]byte, error){"PDF": (*Figure).PDF, "SVG": (*Figure).SVG, "inline": (*Figure).Inline} {
		a, err := write(chartOf("lpt"))
		if err != nil {
			t.Fatal(err)
		}
		b, err := write(chartOf("lpt"))
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs from the same before (%v)", name, err)
		}
	}
}

// A panic of a library that draws is an error of its figure.
func TestPanicsAreContained(t *testing.T) {
	f := chartOf("lpt")
	f.Legend = []Entry{{Text: "a thumbnail that nobody draws"}}
	for name, write := range map[string]func() ([]byte, error){"PDF": f.PDF, "SVG": f.SVG, "inline": f.Inline,
		"PNG": func() ([]byte, error) { return f.PNG(96) }} {
		if _, err := write(); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line", name, err)
		}
	}
}

// Letters that no font of the machine has are spelt, so that names differ;
// broken fonts are passed over.
func TestLettersWithoutAFont(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"empty.ttf": "", "text.otf": "no font", "collection.ttc": "ttcf\x00\x01\x00\x00\x00\x00\x00\x09"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if f := newSystemFonts([]string{dir, filepath.Join(dir, "none")}).with('解'); f != nil {
		t.Error("a font out of nothing")
	}
	none := func(rune) *opentype.Font { return nil }
	if got := runsIn("解码.csv", style(9, body).Font, none); len(got) != 2 || got[0].text != `\u89E3\u7801` || got[1].text != ".csv" {
		t.Errorf("%+v", got)
	}
}

func TestArabicJoins(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"abc", "abc"},
		{"ب", "\ufe8f"},                    // alone
		{"بب", "\ufe91\ufe90"},             // at the beginning, at the end
		{"ببب", "\ufe91\ufe92\ufe90"},      // and inside
		{"دب", "\ufea9\ufe8f"},             // dal joins nothing that follows
		{"لا", "\ufefb"},                   // lam and alef are one sign
		{"بلا", "\ufe91\ufefc"},            // that joins what is before
		{"ب\u064eب", "\ufe91\u064e\ufe90"}, // marks do not part letters
		{"ت-ب", "\ufe95-\ufe8f"},           // dashes do
	} {
		if got := joined(c.in); got != c.want {
			t.Errorf("%q joins to %+q, want %+q", c.in, got, c.want)
		}
	}
	if got := visual("بت.csv"); got != "\ufe96\ufe91.csv" {
		t.Errorf("%+q: letters from right to left in a line from left to right", got)
	}
}

// Every size has room for a column of panels, and a page for three.
func TestEverySizeHasRoomForAColumnOfPanels(t *testing.T) {
	for _, c := range []struct {
		size Size
		want int
	}{{Page, 3}, {DoubleColumn, 3}, {SingleColumn, 2}, {Size{Width: 72, Text: 20}, 1}} {
		if got := c.size.Columns(9, 3); got != c.want {
			t.Errorf("%v has %d columns, want %d", c.size, got, c.want)
		}
	}
}

// A page leaves letters to the fonts of whoever reads it, in every part of a
// figure; a document of its own says what it has drawn.
func TestPagesHaveNamesInTheirOwnScript(t *testing.T) {
	const name = "ꆈꌠ 预填充"
	f := chartOf(name)
	element, err := f.Inline()
	if err != nil {
		t.Fatal(err)
	}
	document, err := f.SVG()
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(element, []byte(">"+name+"</text>")); n < 7 || bytes.Contains(element, []byte(`\u`)) {
		t.Errorf("%d of the 7 labels of the page are in their own script, code points: %v", n, bytes.Contains(element, []byte(`\u`)))
	}
	if n := bytes.Count(document, []byte(`aria-label="`+name+`"`)); n < 7 {
		t.Errorf("%d of the 7 labels of the document say what they are", n)
	}
}
