package sweep

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseNumber(t *testing.T) {
	slurm := func(id, count, first, step string) map[string]string {
		return map[string]string{"SLURM_ARRAY_TASK_ID": id, "SLURM_ARRAY_TASK_COUNT": count, "SLURM_ARRAY_TASK_MIN": first, "SLURM_ARRAY_TASK_STEP": step}
	}
	for _, test := range []struct {
		text string
		env  map[string]string
		want string // "index/of", or part of the error
	}{
		{"3/10", nil, "3/10"},
		{"10/10", nil, "10/10"},
		{"0/10", nil, `shard "0/10": the first is 1/10`},
		{"11/10", nil, "the first is 1/10 and the last 10/10"},
		{"3", nil, "use i/N"},
		{"a/3", nil, "use i/N"},
		{"1/0", nil, "use i/N"},
		{"1/x", nil, "use i/N"},
		{"", nil, "use i/N"},
		{"auto", nil, "none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX and PARALLEL_SEQ is set"},
		{"auto", slurm("3", "10", "1", "1"), "3/10"},
		{"auto", slurm("0", "10", "0", "1"), "1/10"},
		{"auto", slurm("9", "10", "0", "1"), "10/10"},
		{"auto", slurm("30", "4", "10", "10"), "3/4"},
		{"auto", slurm("35", "4", "10", "10"), "task 35 of an array from 10 in steps of 10"},
		{"auto", slurm("7", "3", "1", "1"), "number the tasks without gaps"},
		{"auto", slurm("x", "3", "1", "1"), `SLURM_ARRAY_TASK_ID is "x"`},
		{"auto", slurm("1", "", "1", "1"), `SLURM_ARRAY_TASK_COUNT is ""`},
		{"auto", slurm("1", "3", "1", "0"), "in steps of 0"},
		{"auto/10", slurm("3", "10", "1", "1"), "3/10"},
		{"auto/10", slurm("7", "2", "3", "1"), "the array has 2 tasks and the sweep 10 shards"},
		{"auto/4", map[string]string{"JOB_COMPLETION_INDEX": "0"}, "1/4"},
		{"auto/4", map[string]string{"JOB_COMPLETION_INDEX": "3"}, "4/4"},
		{"auto/4", map[string]string{"JOB_COMPLETION_INDEX": "4"}, "makes this shard 5 of 4"},
		{"auto", map[string]string{"JOB_COMPLETION_INDEX": "0"}, "use auto/N"},
		{"auto/4", map[string]string{"PARALLEL_SEQ": "4"}, "4/4"},
		{"auto/4", map[string]string{"PARALLEL_SEQ": "0"}, "makes this shard 0 of 4"},
		{"auto/4", map[string]string{"PARALLEL_SEQ": "-1"}, `PARALLEL_SEQ is "-1"`},
		{"auto/4", map[string]string{"PARALLEL_SEQ": "1", "JOB_COMPLETION_INDEX": "0"}, "JOB_COMPLETION_INDEX and PARALLEL_SEQ are both set"},
		{"auto/x", map[string]string{"PARALLEL_SEQ": "1"}, "use i/N"},
	} {
		index, of, err := ParseNumber(test.text, func(name string) string { return test.env[name] })
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = fmt.Sprintf("%d/%d", index, of)
		}
		if got != test.want && (err == nil || !strings.Contains(got, test.want)) {
			t.Errorf("%q with %v: %s, want %s", test.text, test.env, got, test.want)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	f.Add("auto/3", "1", "3", "1", "1")
	f.Add("2/3", "", "", "", "")
	f.Fuzz(func(t *testing.T, text, id, count, first, step string) {
		env := map[string]string{"SLURM_ARRAY_TASK_ID": id, "SLURM_ARRAY_TASK_COUNT": count, "SLURM_ARRAY_TASK_MIN": first, "SLURM_ARRAY_TASK_STEP": step}
		index, of, err := ParseNumber(text, func(name string) string { return env[name] })
		if err == nil && (index < 1 || index > of) {
			t.Errorf("shard %d of %d", index, of)
		}
	})
}

func TestRangesJoinConsecutiveNumbers(t *testing.T) {
	for want, list := range map[string][]int{"": nil, "3": {3}, "1-2": {1, 2}, "1-3,5,7-8": {1, 2, 3, 5, 7, 8}} {
		if got := Ranges(list); got != want {
			t.Errorf("%v: %q, want %q", list, got, want)
		}
	}
}
