package figure

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// run is a part of a line in one font.
type run struct {
	face  font.Face
	text  string // in the order in which its letters stand
	drawn bool   // as outlines: the font is not one that canvases know
	spelt []rune // letters that no font here has
}

// runs splits a line by the fonts that have its letters: Liberation Sans, then
// fonts of this machine. Letters that no font has are spelt as their code
// points, "\u9884": to be told apart matters more than to look nice.
func runs(line string, f font.Font) []run { return runsIn(line, f, systemFont) }

// systemFont returns a font of this machine that has a letter, nil without any.
func systemFont(r rune) *opentype.Font { return machineFonts().with(r) }

func runsIn(line string, f font.Font, other func(rune) *opentype.Font) []run {
	base := liberation(f)
	if isPlain(line) { // nearly always
		return []run{{face: base, text: line}}
	}
	var all []run
	add := func(r run) {
		if n := len(all); n > 0 && all[n-1].face == r.face && (all[n-1].spelt == nil) == (r.spelt == nil) {
			all[n-1].text += r.text
			all[n-1].spelt = append(all[n-1].spelt, r.spelt...)
			return
		}
		all = append(all, r)
	}
	var buf sfnt.Buffer // used again for each letter
	for _, r := range visual(line) {
		if i, err := base.Face.GlyphIndex(&buf, r); r <= '~' || err == nil && i != 0 {
			add(run{face: base, text: string(r)})
		} else if other := other(r); other != nil {
			add(run{face: font.Face{Font: f, Face: other}, text: string(r), drawn: true})
		} else {
			add(run{face: base, text: fmt.Sprintf(`\u%04X`, r), spelt: []rune{r}})
		}
	}
	return all
}

// isPlain says whether Liberation Sans surely has all letters of a line.
func isPlain(line string) bool {
	for _, r := range line {
		if r < ' ' || r > '~' {
			return false
		}
	}
	return true
}

func (r run) draw(c vg.Canvas, at vg.Point) {
	if r.drawn {
		c.Fill(outline(r.face, at, r.text))
	} else {
		c.FillString(r.face, at, r.text)
	}
}

// readersWidth is the width of a line where readers have a font for every letter, as
// readers of SVG do: letters that no font here has are taken to be square, or
// narrower where they belong to an alphabet.
func readersWidth(line string, f font.Font) vg.Length {
	var sum vg.Length
	for _, r := range runs(line, f) {
		if r.spelt == nil {
			sum += r.face.Width(r.text)
		}
		for _, letter := range r.spelt {
			if unicode.In(letter, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || letter >= 0x3000 && letter < 0x3040 || letter > 0xFF00 {
				sum += f.Size
			} else {
				sum += 0.6 * f.Size
			}
		}
	}
	return sum
}

func has(f *opentype.Font, r rune) bool {
	var buf sfnt.Buffer
	i, err := f.GlyphIndex(&buf, r)
	return err == nil && i != 0
}

// systemFonts are the fonts of this machine for what Liberation Sans lacks.
type systemFonts struct {
	mu     sync.Mutex
	paths  []string // still to be opened, the likeliest first
	opened []*opentype.Font
	known  map[rune]*opentype.Font // nil where none has the letter
}

// machineFonts is found once, when a letter first needs it: fonts do not change
// while the program runs, and most reports need none.
var machineFonts = sync.OnceValue(func() *systemFonts {
	return newSystemFonts(fontDirs())
})

func fontDirs() []string {
	dirs := []string{"/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts"}
	if home, err := os.UserHomeDir(); err == nil {
		for _, dir := range []string{".local/share/fonts", ".fonts", "Library/Fonts"} {
			dirs = append(dirs, filepath.Join(home, dir))
		}
	}
	if windows := os.Getenv("WINDIR"); windows != "" {
		dirs = append(dirs, filepath.Join(windows, "Fonts"))
	}
	return dirs
}

// likely are parts of the names of sans-serif fonts with many scripts, in the
// order in which they are asked for a letter.
var likely = []string{"notosanscjk", "notosanssc", "notosansjp", "sourcehansans", "pingfang", "hiragino", "msyh", "yugoth",
	"wqy", "droidsansfallback", "notosansarabic", "notosans", "arialunicode", "arial", "segoeui", "dejavusans", "freesans", "unifont"}

// maxFonts bounds the fonts that are looked into, maxFontSize the size of each.
const (
	maxFonts    = 1000
	maxFontSize = 64 << 20
)

func newSystemFonts(dirs []string) *systemFonts {
	s := &systemFonts{known: map[rune]*opentype.Font{}}
	for _, dir := range dirs {
		_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() && !d.IsDir() {
				return nil // what cannot be read has no fonts
			}
			switch strings.ToLower(filepath.Ext(path)) {
			case ".ttf", ".otf", ".ttc", ".otc":
				if info, err := d.Info(); err == nil && info.Size() <= maxFontSize {
					s.paths = append(s.paths, path)
				}
			}
			return nil
		})
	}
	rank := func(path string) int {
		name := strings.ToLower(filepath.Base(path))
		at := slices.IndexFunc(likely, func(part string) bool { return strings.Contains(name, part) })
		if at < 0 {
			at = len(likely)
		}
		at *= 2
		for _, other := range []string{"bold", "italic", "oblique", "light", "thin", "black", "mono", "serif", "condensed"} {
			if strings.Contains(name, other) {
				return at + 1
			}
		}
		return at
	}
	slices.Sort(s.paths)
	slices.SortStableFunc(s.paths, func(a, b string) int { return rank(a) - rank(b) })
	s.paths = s.paths[:min(len(s.paths), maxFonts)]
	return s
}

// with returns a font that has a letter, nil where none has.
func (s *systemFonts) with(r rune) *opentype.Font {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.known[r]; ok {
		return f
	}
	for _, f := range s.opened {
		if has(f, r) {
			s.known[r] = f
			return f
		}
	}
	for len(s.paths) > 0 {
		path := s.paths[0]
		s.paths = s.paths[1:]
		f := openFont(path)
		if f == nil {
			continue
		}
		s.opened = append(s.opened, f)
		if has(f, r) {
			s.known[r] = f
			return f
		}
	}
	s.known[r] = nil
	return nil
}

// openFont returns the first font of a file, nil where it is none that can be
// drawn: broken fonts of a machine must not break a report.
func openFont(path string) (f *opentype.Font) {
	defer func() {
		if recover() != nil {
			f = nil
		}
	}()
	content, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	all, err := opentype.ParseCollection(content)
	if err != nil || all.NumFonts() == 0 {
		return nil
	}
	f, err = all.Font(0)
	if err != nil {
		return nil
	}
	var buf sfnt.Buffer
	i, err := f.GlyphIndex(&buf, 'a')
	if err != nil {
		return nil
	}
	if _, err := f.LoadGlyph(&buf, i, 64*16, nil); err != nil { // of bitmaps, say
		return nil
	}
	return f
}
