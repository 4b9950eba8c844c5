package sweep

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"packbench/internal/number"
)

// ParseNumber returns which shard text names: "3/10" is the third of ten. "auto"
// and "auto/10" take the number from the environment, which getenv reads:
//
//   - a Slurm array: SLURM_ARRAY_TASK_ID among SLURM_ARRAY_TASK_MIN, _STEP and
//     _COUNT; also how many shards there are, where text does not say
//   - an indexed job of Kubernetes: JOB_COMPLETION_INDEX, from 0
//   - GNU parallel: PARALLEL_SEQ, from 1
//
// Variables of two of them at once are an error.
func ParseNumber(text string, getenv func(string) string) (index, of int, err error) {
	first, count, slash := strings.Cut(text, "/")
	if slash {
		if of, err = strconv.Atoi(count); err != nil || of < 1 {
			return 0, 0, fmt.Errorf("shard %q: use i/N, such as 3/10, or auto/N", text)
		}
	}
	if first == "auto" {
		return fromEnvironment(of, getenv)
	}
	if index, err = strconv.Atoi(first); err != nil || !slash {
		return 0, 0, fmt.Errorf("shard %q: use i/N, such as 3/10, or auto, or auto/N", text)
	}
	if index < 1 || index > of {
		return 0, 0, fmt.Errorf("shard %q: the first is 1/%d and the last %d/%d", text, of, of, of)
	}
	return index, of, nil
}

// engines are what numbers tasks, by the variable that does.
var engines = []struct {
	variable string
	number   func(of int, getenv func(string) string) (index, count int, err error)
}{
	{"SLURM_ARRAY_TASK_ID", slurm},
	{"JOB_COMPLETION_INDEX", func(of int, getenv func(string) string) (int, int, error) {
		n, err := variable("JOB_COMPLETION_INDEX", getenv)
		return n + 1, of, err
	}},
	{"PARALLEL_SEQ", func(of int, getenv func(string) string) (int, int, error) {
		n, err := variable("PARALLEL_SEQ", getenv)
		return n, of, err
	}},
}

func fromEnvironment(of int, getenv func(string) string) (index, count int, err error) {
	found := -1
	for i, e := range engines {
		if getenv(e.variable) == "" {
			continue
		}
		if found >= 0 {
			return 0, 0, fmt.Errorf("shard auto: %s and %s are both set: use i/N", engines[found].variable, e.variable)
		}
		found = i
	}
	if found < 0 {
		return 0, 0, errors.New("shard auto: none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX and PARALLEL_SEQ is set: use i/N, such as 3/10")
	}
	name := engines[found].variable
	if index, count, err = engines[found].number(of, getenv); err != nil {
		return 0, 0, fmt.Errorf("shard auto: %w", err)
	}
	if count == 0 {
		return 0, 0, fmt.Errorf("shard auto: %s does not say how many shards there are: use auto/N", name)
	}
	if index < 1 || index > count {
		return 0, 0, fmt.Errorf("shard auto: %s makes this shard %d of %d: number the tasks without gaps, or use i/N", name, index, count)
	}
	return index, count, nil
}

// slurm numbers the tasks of an array that has no gaps, whatever it begins with
// and counts in steps of. An array of some of the shards (sbatch --array=3,7)
// cannot be told from a whole one of another size, so that its count must be the
// number of shards.
func slurm(of int, getenv func(string) string) (index, count int, err error) {
	id, err := variable("SLURM_ARRAY_TASK_ID", getenv)
	if err != nil {
		return 0, 0, err
	}
	if count, err = variable("SLURM_ARRAY_TASK_COUNT", getenv); err != nil {
		return 0, 0, err
	}
	first, step := 1, 1
	if getenv("SLURM_ARRAY_TASK_MIN") != "" {
		if first, err = variable("SLURM_ARRAY_TASK_MIN", getenv); err != nil {
			return 0, 0, err
		}
	}
	if getenv("SLURM_ARRAY_TASK_STEP") != "" {
		if step, err = variable("SLURM_ARRAY_TASK_STEP", getenv); err != nil {
			return 0, 0, err
		}
	}
	switch {
	case of != 0 && of != count:
		return 0, 0, fmt.Errorf("the array has %s and the sweep %s: use --array=1-%d, or \"$SLURM_ARRAY_TASK_ID/%d\" for some of them", number.Count(count, "task"), number.Count(of, "shard"), of, of)
	case step < 1 || (id-first)%step != 0:
		return 0, 0, fmt.Errorf("task %d of an array from %d in steps of %d: use i/N", id, first, step)
	}
	return (id-first)/step + 1, count, nil
}

// variable returns a whole number of the environment.
func variable(name string, getenv func(string) string) (int, error) {
	n, err := strconv.Atoi(getenv(name))
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%s is %q: it should be a whole number", name, getenv(name))
	}
	return n, nil
}
