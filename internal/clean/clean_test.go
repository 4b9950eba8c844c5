package clean

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"plain, ünïcode, 中文 – fine": "plain, ünïcode, 中文 – fine",
		"a\x1b[2Jb":                 `a\x1b[2Jb`,
		"two\nlines\tand\rmore":     `two\nlines\tand\rmore`,
		"\u009b31m":                 `\u009b31m`,
		"a\u202etxt.exe":            `a\u202etxt.exe`,
		"a\u2028b":                  `a\u2028b`,
		"caf\xe9.npy":               `caf\xe9.npy`,
		"\x7f":                      `\x7f`,
		"":                          "",
	} {
		if got := Line(in); got != want {
			t.Errorf("Line(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestFieldDefusesFormulas(t *testing.T) {
	for in, want := range map[string]string{
		`=HYPERLINK("http://x")`: `'=HYPERLINK("http://x")`,
		"+1+2":                   "'+1+2",
		"-2+3+cmd|' /C calc'!A0": "'-2+3+cmd|' /C calc'!A0",
		"@SUM(1)":                "'@SUM(1)",
		"＝1+1":                   "'＝1+1",
		"\t=1+1":                 `\t=1+1`,
		"-1.5e-07":               "-1.5e-07",
		"-Inf":                   "-Inf",
		"=":                      "=",
		"~":                      "~",
		"-":                      "-",
		"a=b":                    "a=b",
		"":                       "",
	} {
		if got := Field(in); got != want {
			t.Errorf("Field(%q) = %s, want %s", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1b\u009b\u202e\xff=")
	f.Fuzz(func(t *testing.T, s string) {
		for _, got := range []string{Line(s), Field(s)} {
			if strings.ContainsFunc(got, unicode.IsControl) {
				t.Errorf("%q keeps control characters: %q", s, got)
			}
		}
		text, err := json.MarshalIndent([]string{s}, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		if json.Unmarshal(text, &want) != nil || json.Unmarshal(JSON(text), &got) != nil || want[0] != got[0] {
			t.Errorf("%q reads back as %q", want, got)
		}
		if strings.ContainsFunc(strings.ReplaceAll(string(JSON(text)), "\n", ""), unicode.IsControl) {
			t.Errorf("%q keeps control characters as JSON", s)
		}
	})
}
