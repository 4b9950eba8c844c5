package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the README shows of bench place is what it prints, all but the time.
func TestReadmeShowsThePlacement(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	loads := filepath.Join(t.TempDir(), "loads.npy")
	say := func(args ...string) string {
		var out, failed bytes.Buffer
		if code := run(args, &streams{in: strings.NewReader(""), out: &out, err: &failed}); code != exitDone {
			t.Fatalf("bench %s: exit code %d: %s", strings.Join(args, " "), code, failed.String())
		}
		return out.String()
	}
	say("dataset", "generate", "deepseek-v3", "-o", loads)
	shown := say("place", "--slots", "288", "--gpus", "32", "--nodes", "4", "--groups", "8",
		"--to", "sglang", "-o", filepath.Join(filepath.Dir(loads), "placement.json"), loads)
	for line := range strings.Lines(regexp.MustCompile(`, [0-9.]+ .?s\n`).ReplaceAllString(shown, "\n")) {
		if line = strings.TrimSpace(line); line != "" && !bytes.Contains(readme, []byte("\n"+line)) {
			t.Errorf("the README does not have %q", line)
		}
	}
}
