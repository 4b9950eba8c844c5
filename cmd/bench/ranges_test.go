package main

import (
	"bytes"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"packbench/datasets"
)

// base are arguments with which each verb has everything it requires; none of them
// is there, so that nothing would run.
var base = map[string]string{
	"run": "none.yaml", "pack": "-m 2 none.npy", "score": "none.py", "place": "--gpus 2 --slots 2 none.npy",
	"replay": "--gpus 2 --slots 2 none.npy", "dataset generate": "none -o none.npy", "dataset describe": "none.npy", "dataset convert": "none.npy none.csv",
	"list backends": "", "env": "", "report": "none", "compare": "none none", "duel": "none none", "merge": "none none",
	"submit": "--shards 2 -o none none.yaml", "verify": "--backend none", "throughput": "--backend none",
}

// A number that a flag cannot have is refused by the name of the flag, the number
// and what it can be.
func TestNumbersOutsideTheirRangeAreNamed(t *testing.T) {
	parser, err := kong.New(&app{}, loadFormats(), rawStrings())
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	message := regexp.MustCompile(`^bench: --[a-z-]+(=\S+)?: (use |expected |GPUs are numbered from 0)`)
	err = kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		leaf, ok := node.(*kong.Node)
		if !ok || len(leaf.Children) > 0 {
			return next(nil)
		}
		verb := strings.TrimPrefix(leaf.FullPath(), "bench ")
		verb = strings.TrimPrefix(verb, parser.Model.Name+" ")
		for _, flag := range leaf.Flags {
			values := wrongNumbers(flag.Target.Type())
			if values == nil || flag.Name == "invocation" {
				continue
			}
			args, known := base[verb]
			if !known {
				t.Errorf("%s has numbers: add it to base", verb)
				return nil
			}
			for _, value := range values {
				typed := slices.Concat(strings.Fields(verb), strings.Fields(args), []string{"--" + flag.Name + "=" + value})
				var stderr bytes.Buffer
				code := run(typed, &streams{in: strings.NewReader(""), out: io.Discard, err: &stderr})
				text := stderr.String()
				if code != exitUsage || !message.MatchString(text) || !strings.Contains(text, "--"+flag.Name) || !strings.Contains(text, value) {
					t.Errorf("bench %s: exit %d, %q", strings.Join(typed, " "), code, text)
				}
				tried++
			}
		}
		return nil
	})
	if err != nil || tried < 50 {
		t.Fatalf("%d numbers tried (%v)", tried, err)
	}
}

// wrongNumbers are numbers that no flag of the type can be, nil for other types.
func wrongNumbers(t reflect.Type) []string {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return wrongNumbers(t.Elem())
	case reflect.Float64:
		return []string{"-1", "NaN", "-Inf", "+Inf", "x"}
	case reflect.Int:
		return []string{"-1", "-9223372036854775808", "9223372036854775808", "1.5", "x"}
	case reflect.Uint64:
		return []string{"-1", "18446744073709551616", "1.5", "x"}
	}
	return nil
}

func TestRangesOfFlagsAreThoseOfTheLibrary(t *testing.T) {
	field, _ := reflect.TypeFor[loadFlags]().FieldByName("Layers")
	if _, high, _ := parseRangeTag(field.Tag.Get("range")); high != datasets.MaxLoads {
		t.Errorf("--layers ends at %v, loads at %d", high, datasets.MaxLoads)
	}
	for _, c := range []struct {
		tag, text string
	}{{"(0..1)", "use a number between 0 and 1"}, {"1..20", "use 1 to 20"}, {"0..", "use 0 or more"}} {
		if got := rangeText(parseRangeTag(c.tag)); got != c.text {
			t.Errorf("%s reads %q, want %q", c.tag, got, c.text)
		}
	}
}
