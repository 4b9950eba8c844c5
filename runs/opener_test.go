package runs

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shardDirs makes the run directories of n shards of the sample.
func shardDirs(t *testing.T, n int) []string {
	t.Helper()
	var dirs []string
	for i := range n {
		m := sampleManifest()
		m.Shard = &Shard{Index: i + 1, Of: n, Cells: []int{i, i + n}}
		m.Labels = map[string]map[string]string{StrategyAxis: {"a": `"cells":[]`, "b": "<\n"}}
		dir := filepath.Join(t.TempDir(), fmt.Sprint(i))
		w, err := Create(dir, m)
		if err != nil {
			t.Fatal(err)
		}
		w.Close()
		dirs = append(dirs, dir)
	}
	return dirs
}

// TestOpenerReadsLikeOpen: a manifest is the same, and so is what is wrong with
// it, whether its plan was read before or not. Every byte of one is changed, left
// out and doubled in turn.
func TestOpenerReadsLikeOpen(t *testing.T) {
	dirs := shardDirs(t, 2)
	text := readFile(t, dirs[1], ManifestFile)
	var first Opener
	if _, err := first.ReadManifest(dirs[0]); err != nil {
		t.Fatal(err)
	}
	fast := 0
	check := func(name string, changed []byte) {
		o := first
		if _, ok := o.manifest(changed); ok {
			fast++
		}
		var want, got Run
		wantErr, err := new(Opener).parse(changed, &want), o.parse(changed, &got)
		if fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("%s: %v, want %v", name, err, wantErr)
		}
		if err == nil {
			if diff := cmp.Diff(want.Manifest, got.Manifest, sameCells); diff != "" {
				t.Fatalf("%s (-want +got)\n%s", name, diff)
			}
		}
	}
	check("whole", text)
	if fast != 1 {
		t.Error("a manifest with the same plan is read as one with another")
	}
	for i := range text {
		flipped := bytes.Clone(text)
		flipped[i] ^= 1
		check(fmt.Sprintf("byte %d flipped", i), flipped)
		check(fmt.Sprintf("byte %d left out", i), append(bytes.Clone(text[:i]), text[i+1:]...))
		check(fmt.Sprintf("byte %d doubled", i), append(bytes.Clone(text[:i+1]), text[i:]...))
	}
}

// TestOpenerKeepsPlansApart: after a directory with another plan, and back, each
// manifest has its own.
func TestOpenerKeepsPlansApart(t *testing.T) {
	dirs := shardDirs(t, 2)
	other := write(t)
	m := sampleManifest()
	m.Cells = m.Cells[:2]
	fewer := filepath.Join(t.TempDir(), "fewer")
	w, err := Create(fewer, m)
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	var o Opener
	for _, dir := range []string{dirs[0], fewer, dirs[1], other, fewer, dirs[0]} {
		want, err := ReadManifest(dir)
		if err != nil {
			t.Fatal(err)
		}
		got, err := o.ReadManifest(dir)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, sameCells); diff != "" {
			t.Errorf("%s (-want +got)\n%s", dir, diff)
		}
	}
}
