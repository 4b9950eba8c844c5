package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"packbench/packing"
)

func TestExponentOfAPower(t *testing.T) {
	items, times := []float64{10, 100, 1000}, []float64{30, 30 * math.Pow(10, 1.08), 30 * math.Pow(100, 1.08)}
	if a := exponent(items, times); math.Abs(a-1.08) > 1e-12 {
		t.Errorf("%v", a)
	}
}

func TestNumbersAreAddedToThoseThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "speed.json")
	for _, values := range []map[string]float64{{"a": 1, "b": 2}, {"b": 3}} {
		if err := merge(path, values); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]float64
	if err := json.Unmarshal(text, &got); err != nil || got["a"] != 1 || got["b"] != 3 || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
	if err := os.WriteFile(path, []byte("damaged"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := merge(path, got); err == nil {
		t.Error("a damaged file was written over")
	}
}

func TestATimeIsMeasured(t *testing.T) {
	v, err := timeOf("lpt", packing.Shape{Layers: 2, Items: 12, Packs: 3}, 1, 1, 3)
	if err != nil || !(v > 0) {
		t.Errorf("%v, %v", v, err)
	}
	if _, err := timeOf("nothing", packing.Shape{Layers: 2, Items: 12, Packs: 3}, 1, 1, 3); err == nil {
		t.Error("an unknown strategy was timed")
	}
}

func TestErrorsSayWhatIsMissing(t *testing.T) {
	if err := run("", false, "", "", 1); err == nil || !strings.Contains(err.Error(), "-o FILE") {
		t.Errorf("%v", err)
	}
	if err := run("x", false, "", "", 0); err == nil || !strings.Contains(err.Error(), "0 rounds") {
		t.Errorf("%v", err)
	}
}
