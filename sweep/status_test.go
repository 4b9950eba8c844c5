package sweep

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/runs"
)

func TestStatusSaysHowShardsStand(t *testing.T) {
	dir := t.TempDir()
	shards := shardsOf(t, 4)
	put(t, ShardDir(dir, 1, 4), manifestOf(&shards[0], "a", "b"), append(wholeShard(shards[0], "a")[:4], wholeShard(shards[0], "b")[4:]...))

	part := wholeShard(shards[1], "b")[:3]
	failed := recordOf(cellsOf(4, 1)[shards[1].Cells[1]], 1, "b")
	failed.Status, failed.Reason, failed.Run, failed.AnswerHash = runs.Failed, "broke", runs.Values{}, ""
	put(t, ShardDir(dir, 2, 4), manifestOf(&shards[1], "b"), append(part, failed))

	put(t, ShardDir(dir, 3, 4), manifestOf(&shards[2], "a"), wholeShard(shards[2], "a"))
	path := filepath.Join(ShardDir(dir, 3, 4), runs.RecordsFile)
	if err := os.WriteFile(path, []byte("nothing\n"+readFile(t, path)), 0o666); err != nil {
		t.Fatal(err)
	}

	r, err := ReadStatus(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	if r.Of != 4 || r.Experiment != "sample" || !slices.Equal(r.Open(), []int{2, 3, 4}) || r.Failed != 1 {
		t.Errorf("%+v", r)
	}
	one, two, three, four := r.Shards[0], r.Shards[1], r.Shards[2], r.Shards[3]
	if one.State != Complete || one.Done != 6 || one.Pending != 0 || one.Cells != 2 || len(one.Machines) != 2 || !strings.Contains(one.Machines[0], "CPU of a") {
		t.Errorf("shard 1: %+v", one)
	}
	// One cell has two of its three runs, the other failed after its first.
	if two.State != Stopped || two.Done != 3 || two.Pending != 1 || two.Failed != 1 || !strings.Contains(two.Reason, "(cpu): broke") {
		t.Errorf("shard 2: %+v", two)
	}
	if want := 2_001_000 * time.Nanosecond; two.Left != want {
		t.Errorf("shard 2 needs %v, want %v", two.Left, want)
	}
	if !two.Last.Equal(time.Date(2026, 1, 2, 3, 4, 7, 0, time.UTC)) || two.Begun.IsZero() {
		t.Errorf("shard 2: begun %v, last %v", two.Begun, two.Last)
	}
	if three.State != Damaged || !strings.Contains(three.Reason, "line 1: ") || four.State != NotBegun {
		t.Errorf("shards 3 and 4: %+v, %+v", three, four)
	}

	// A task that has a shard open runs.
	w, _, err := runs.Continue(ShardDir(dir, 2, 4))
	if err != nil {
		t.Fatal(err)
	}
	r, err = ReadStatus(dir, 4)
	if w.Close(); err != nil || r.Shards[1].State != Running {
		t.Errorf("%+v, %v", r.Shards[1], err)
	}
	if _, err := ReadStatus(dir, 3); err == nil {
		t.Error("shards of 4 are status of a sweep of 3")
	}
}

func TestStatusBeforeAnyShardHasBegun(t *testing.T) {
	dir := t.TempDir()
	_, err := ReadStatus(dir, 0)
	wantError(t, err, "no shard has begun in ")
	if err := (Submission{Shards: 3, Array: "5", Merge: "6"}).Write(dir); err != nil {
		t.Fatal(err)
	}
	r, err := ReadStatus(dir, 0)
	if err != nil || len(r.Shards) != 3 || r.Shards[2].State != NotBegun || r.Complete() {
		t.Errorf("%+v, %v", r, err)
	}
}

func FuzzReadSubmission(f *testing.F) {
	f.Add(`{"shards":3,"array":"1","merge":"2","submitted":"2026-01-02T03:04:05Z"}`)
	f.Add(`{"shards":-1}`)
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, SubmittedFile), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if s, err := ReadSubmission(dir); err == nil && s.Shards < 1 {
			t.Errorf("%d shards", s.Shards)
		}
	})
}

func TestScriptsQuoteWhatTheyAreGiven(t *testing.T) {
	job := Job{Program: "/opt/my bench", Dir: "/data/a sweep", Name: "e", Shards: 3, Run: []string{"/data/it's.yaml"}, Options: []string{"--comment=two words", "-t", "5", "-p", "fast"}}
	array, merge, err := job.Scripts()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"#SBATCH --output=\"/data/a sweep/log/shard-%a.log\"\n", "#SBATCH \"--comment=two words\"\n#SBATCH -t 5\n#SBATCH -p fast\n",
		`exec '/opt/my bench' run '/data/it'\''s.yaml' --shard "$SLURM_ARRAY_TASK_ID/3" --wait 10m --out '/data/a sweep'` + "\n",
	} {
		if !strings.Contains(array, want) {
			t.Errorf("no %q in\n%s", want, array)
		}
	}
	if !strings.Contains(merge, "#SBATCH -p fast\n") || strings.Contains(merge, "comment") {
		t.Errorf("the merge has\n%s", merge)
	}
	for _, bad := range []Job{
		{Program: "/b", Dir: "/d\nx", Name: "e"}, {Program: "/b", Dir: "/d", Name: "e", Options: []string{"--x=\"y\""}}, {Program: "/b", Dir: "/d%j", Name: "e"},
	} {
		if _, _, err := bad.Scripts(); err == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
}
