package tree

import (
	"encoding/json"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// plain turns a tree into what encoding/json makes of the same text.
func plain(v Value) any {
	switch v := v.(type) {
	case Row:
		out := make([]any, len(v))
		for i, f := range v {
			out[i] = f
		}
		return out
	case List:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plain(e)
		}
		return out
	case *Dict:
		out := map[string]any{}
		for key, e := range v.values {
			out[key] = plain(e)
		}
		return out
	}
	return v
}

func TestParseJSON(t *testing.T) {
	for _, text := range []string{
		`null`, `true`, ` [1, 2.5, -3e2]`, `[]`, `{}`, `[[1],[2, 3],[]]`, `{"a": {"b": [null, "x"]}, "c": 0}`, `[1, "a", [2]]`, `"\u00e4\n\"\ud83d\ude00"`, `[-0.5e-3, 0]`,
	} {
		var want any
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		got, ends, err := ParseJSON([]byte(text))
		if err != nil || len(got) != 1 || ends[0] != len(text) {
			t.Errorf("%s: %v, ends %v", text, err, ends)
			continue
		}
		if diff := cmp.Diff(want, plain(got[0])); diff != "" {
			t.Errorf("%s: (-encoding/json +ours)\n%s", text, diff)
		}
	}
}

func TestParseJSONReadsWhatPythonWrites(t *testing.T) {
	got, _, err := ParseJSON([]byte(`[NaN, Infinity, -Infinity]`))
	row, ok := got[0].(Row)
	if err != nil || !ok || !math.IsNaN(row[0]) || !math.IsInf(row[1], 1) || !math.IsInf(row[2], -1) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestParseJSONReadsLines(t *testing.T) {
	got, ends, err := ParseJSON([]byte("{\"a\": 1}\n{\"a\": 2}\n"))
	if err != nil || len(got) != 2 || ends[0] != 8 {
		t.Errorf("got %v, %v, %v", got, ends, err)
	}
}

func TestParseJSONErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "truncated: the JSON ends early",
		"[1, ":                      "truncated: the JSON ends early",
		`{"a"`:                      "truncated: the JSON ends early",
		`"a`:                        "truncated: the JSON ends early",
		"-":                         "truncated: the JSON ends early",
		"tru":                       "not JSON at byte 0: 't' where a value was expected",
		"[1 2]":                     "not JSON at byte 3: '2' where a comma or ] was expected",
		"[1,]":                      "not JSON at byte 3: ']' where a value was expected",
		"{1: 2}":                    "not JSON at byte 1: '1' where a key was expected",
		`{"a" 2}`:                   "not JSON at byte 5: '2' where a colon was expected",
		`{"a": 2 "b"}`:              `not JSON at byte 8: '"' where a comma or } was expected`,
		"[01]":                      `not JSON at byte 1: "01" is not a number`,
		"[+1]":                      `not JSON at byte 1: '+' where a value was expected`,
		"[1.]":                      `not JSON at byte 1: "1." is not a number`,
		"[1e]":                      `not JSON at byte 1: "1e" is not a number`,
		"[--1]":                     `not JSON at byte 1: "--1" is not a number`,
		`["\x"]`:                    "is not a string",
		"[\"a\nb\"]":                `"\"a\nb\"" is not a string`,
		strings.Repeat("[", 100000): "not loads: nested more than 64 deep at byte 65",
	} {
		if _, _, err := ParseJSON([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: got error %v, want %s", text, err, want)
		}
	}
}

func TestNumbersThatFloat64DoesNotHoldMatterOnlyWhereTheyStand(t *testing.T) {
	got, _, err := ParseJSON([]byte(`{"time": 1764123456789012345, "weights": [1, 2]}`))
	if err != nil {
		t.Fatal(err)
	}
	v, _ := got[0].(*Dict).Get("time")
	if bad, ok := v.(Bad); !ok || !strings.Contains(bad.Err.Error(), "above 2^53") {
		t.Errorf("time: %v", v)
	}
	if v, _ := got[0].(*Dict).Get("weights"); cmp.Diff(Row{1, 2}, v) != "" {
		t.Errorf("weights: %v", v)
	}
}

func TestDictRefusesKeysThatStandTwice(t *testing.T) {
	got, _, err := ParseJSON([]byte(`{"a": 1, "b": 2, "a": 3}`))
	if err != nil {
		t.Fatal(err)
	}
	d := got[0].(*Dict)
	if _, err := d.Get("a"); err == nil || err.Error() != `"a" occurs twice` {
		t.Errorf("a: got error %v", err)
	}
	if v, err := d.Get("b"); err != nil || v != 2. {
		t.Errorf("b: got %v, %v", v, err)
	}
}

func TestListKeysQuotesWhatATerminalWouldObey(t *testing.T) {
	var d Dict
	if d.ListKeys() != "none" {
		t.Error(d.ListKeys())
	}
	for _, key := range []string{"plain", "two words", "\x1b[31mred", strings.Repeat("long", 50)} {
		d.Set(key, nil)
	}
	want := `plain, "two words", "\x1b[31mred", "` + strings.Repeat("long", 10) + `…` + strings.Repeat("long", 3) + `"`
	if got := d.ListKeys(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestManyKeysTakeLinearTime: ten times the keys, about ten times the time.
func TestManyKeysTakeLinearTime(t *testing.T) {
	text := func(n int) []byte {
		var b strings.Builder
		b.WriteString("{")
		for i := range n {
			b.WriteString(`"key` + strings.Repeat("x", i%7) + string(rune('0'+i%10)) + strings.Repeat("0", 3) + time.Duration(i).String() + `": 0, `)
		}
		b.WriteString(`"weights": [1]}`)
		return []byte(b.String())
	}
	start := time.Now()
	if _, _, err := ParseJSON(text(200000)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("200,000 keys took %v", took)
	}
}

func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{`[1, 2.5, -3e2]`, `{"a": {"b": [null, "x"]}}`, "{}\n{}", `"\ud83d"`, `[NaN, -Infinity]`, `[1e999, 9007199254740993]`, `[[[[`, `{"a": 1, "a": 2}`, "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		values, _, err := ParseJSON(b)
		runtime.ReadMemStats(&after)
		if took, most := after.TotalAlloc-before.TotalAlloc, uint64(16<<20+4096*len(b)); took > most {
			t.Errorf("%d bytes of input took %d bytes of memory", len(b), took)
		}
		var want any
		if reference := json.Unmarshal(b, &want); reference == nil {
			if err != nil && !strings.Contains(err.Error(), "nested more than") {
				t.Errorf("encoding/json reads it, ours says %v", err)
			} else if err == nil && len(values) != 1 {
				t.Errorf("%d values, want 1", len(values))
			}
		}
	})
}
