package runs

import (
	"fmt"
	"strconv"
	"time"
)

// Format 1 had a fixed set of axes, one member each, and of measures, in
// members of their own; no checksums; and the path of a file in its cells' keys.

// cellV1 is a cell of format 1.
type cellV1 struct {
	Strategy string `json:"strategy"`
	Workload string `json:"workload"`
	Packs    int    `json:"packs"`
	Backend  string `json:"backend"`
	RNG      string `json:"rng"`
	Seed     uint64 `json:"seed"`
}

// cell returns the cell in the present format.
func (c cellV1) cell() Cell {
	return NewCell(
		Coordinate{StrategyAxis, c.Strategy},
		Coordinate{WorkloadAxis, c.Workload},
		Coordinate{PacksAxis, strconv.Itoa(c.Packs)},
		Coordinate{BackendAxis, c.Backend},
		Coordinate{RNGAxis, c.RNG},
		Coordinate{SeedAxis, strconv.FormatUint(c.Seed, 10)},
	)
}

// content returns the hash of the loads that the key of the cell was made with:
// that of a file, or "".
func (c cellV1) content(key, workloadHash string) (string, error) {
	for _, content := range []string{"", workloadHash} {
		if c.cell().NamedKey(content) == key {
			return content, nil
		}
	}
	return "", fmt.Errorf("key %q does not match the cell", cut(key))
}

// plannedV1 is a planned cell of format 1.
type plannedV1 struct {
	cellV1
	Key          string `json:"key"`
	Layers       int    `json:"layers"`
	Items        int    `json:"items"`
	WorkloadHash string `json:"workload_hash"`
}

// manifestV1 reads a manifest of format 1. keys are the present keys of its
// cells by their old ones.
func manifestV1(text []byte) (m Manifest, keys map[string]string, err error) {
	var old struct {
		Format       int                    `json:"format"`
		Experiment   Experiment             `json:"experiment"`
		ShuffleSeed  uint64                 `json:"shuffle_seed"`
		Command      []string               `json:"command"`
		Created      time.Time              `json:"created"`
		Environments map[string]Environment `json:"environments"`
		Cells        []plannedV1            `json:"cells"`
	}
	if err := unmarshalStrict(text, &old); err != nil {
		return Manifest{}, nil, jsonError(err)
	}
	m = Manifest{
		Format: Format, Experiment: old.Experiment, ShuffleSeed: old.ShuffleSeed, Command: old.Command,
		Created: old.Created, Axes: AxesOf(nil), Measures: MeasuresOf(nil), Environments: old.Environments,
	}
	keys = map[string]string{}
	taken := map[string]bool{}
	for i, c := range old.Cells {
		content, err := c.content(c.Key, c.WorkloadHash)
		if err != nil {
			return Manifest{}, nil, fmt.Errorf("cell %d: %w", i, err)
		}
		key := c.cell().Key(content)
		if taken[key] {
			key = c.cell().NamedKey(content)
		}
		taken[key], keys[c.Key] = true, key
		m.Cells = append(m.Cells, PlannedCell{Cell: c.cell(), Key: key, Layers: c.Layers, Items: c.Items, WorkloadHash: c.WorkloadHash})
	}
	return m, keys, nil
}

// qualityV1 has a column per measure and an element per layer.
type qualityV1 struct {
	Imbalance  []float64 `json:"imbalance"`
	Max        []float64 `json:"max"`
	Min        []float64 `json:"min"`
	Mean       []float64 `json:"mean"`
	LowerBound []float64 `json:"lower_bound"`
	Optimal    []bool    `json:"optimal,omitempty"`
}

func (q *qualityV1) measures() map[string][]float64 {
	m := map[string][]float64{
		ImbalanceMeasure: q.Imbalance, MaxMeasure: q.Max, MinMeasure: q.Min, MeanMeasure: q.Mean, LowerBoundMeasure: q.LowerBound,
	}
	if q.Optimal != nil {
		proofs := make([]float64, len(q.Optimal))
		for l, proved := range q.Optimal {
			if proved {
				proofs[l] = 1
			}
		}
		m[OptimalMeasure] = proofs
	}
	return m
}

// recordV1 reads a line of format 1; keys are those of [manifestV1].
func recordV1(line []byte, keys map[string]string) (Record, error) {
	var old struct {
		cellV1
		Key          string    `json:"key"`
		Repeat       int       `json:"repeat"`
		Status       Status    `json:"status"`
		Reason       string    `json:"reason"`
		Layers       int       `json:"layers"`
		Items        int       `json:"items"`
		WorkloadHash string    `json:"workload_hash"`
		PackingHash  string    `json:"packing_hash"`
		Start        time.Time `json:"start"`
		TimeNS       int64     `json:"time_ns"`
		Stages       []struct {
			Name   string `json:"name"`
			TimeNS int64  `json:"time_ns"`
		} `json:"stages"`
		Quality     *qualityV1 `json:"quality"`
		Warnings    []string   `json:"warnings"`
		Environment string     `json:"environment"`
	}
	if err := unmarshalStrict(line, &old); err != nil {
		return Record{}, err
	}
	if _, err := old.content(old.Key, old.WorkloadHash); err != nil {
		return Record{}, err
	}
	key, ok := keys[old.Key]
	if !ok {
		return Record{}, fmt.Errorf("cell %q is not in the plan of %s", cut(old.Key), ManifestFile)
	}
	r := Record{
		PlannedCell: &PlannedCell{Cell: old.cell(), Key: key, Layers: old.Layers, Items: old.Items, WorkloadHash: old.WorkloadHash},
		Repeat:      old.Repeat, Status: old.Status, Reason: old.Reason, AnswerHash: old.PackingHash, Start: old.Start,
		Warnings: old.Warnings, Environment: old.Environment,
	}
	if old.TimeNS != 0 {
		measures := map[string]float64{TimeMeasure: float64(old.TimeNS)}
		for _, s := range old.Stages {
			measures[StagePrefix+s.Name] += float64(s.TimeNS)
		}
		r.Run = NewValues(measures)
	}
	if old.Quality != nil {
		r.Layer = old.Quality.measures()
	}
	return r, nil
}
