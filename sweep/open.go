package sweep

import (
	"errors"
	"fmt"

	"packbench/runs"
)

// SameShard returns an error where the run directory dir, which has the manifest
// m, is not the shard of the plan.
func SameShard(dir string, m *runs.Manifest, e runs.Experiment, cells []runs.PlannedCell, shard *runs.Shard) error {
	plan := runs.Manifest{Experiment: e, Cells: cells, Axes: m.Axes, Measures: m.Measures}
	if err := same(&source{dir: dir, manifest: *m}, &source{dir: "the plan", manifest: plan}); err != nil {
		return err
	}
	switch {
	case m.Shard == nil:
		return fmt.Errorf("%s holds a run that is not a shard", dir)
	case !m.Shard.Equal(*shard):
		return fmt.Errorf("%s is shard %v with different cells: the plan was divided by different costs", dir, m.Shard)
	}
	return nil
}

// OpenShards returns the numbers of the shards of a plan that lack runs in the
// sweep's directory dir. Directories there that are not of the plan are an error.
func OpenShards(dir string, e runs.Experiment, cells []runs.PlannedCell, shards []runs.Shard) ([]int, error) {
	var opener runs.Opener
	for i := range shards {
		path := ShardDir(dir, shards[i].Index, shards[i].Of)
		m, err := opener.ReadManifest(path)
		if errors.Is(err, runs.ErrNoManifest) {
			continue
		}
		if err == nil {
			err = SameShard(path, &m, e, cells, &shards[i])
		}
		if err != nil {
			return nil, err
		}
	}
	report, err := ReadStatus(dir, len(shards))
	if err != nil {
		return nil, err
	}
	for _, s := range report.Shards {
		if s.State == Damaged {
			return nil, fmt.Errorf("shard %d is damaged: %s", s.Shard, s.Reason)
		}
	}
	return report.Open(), nil
}
