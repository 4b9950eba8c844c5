package runs

import (
	"fmt"
	"maps"
	"slices"
)

// Join combines runs of the same experiment, each made by a process of its own,
// into one run in the directory dir: element i becomes invocation i. The runs
// must be complete and have the same cells.
//
// A cell that is not done in an invocation keeps its status there. A run whose
// answer differs from that of the cell's earlier invocations is recorded as
// failed: the strategy is not deterministic. Programs outside the process, which
// [Manifest.Programs] lists, may change their answers.
func Join(dir string, parts []*Run) error {
	if len(parts) == 0 {
		return fmt.Errorf("no runs to join: name at least one")
	}
	m := parts[0].Manifest
	m.Experiment.Invocations = len(parts)
	m.Environments = map[string]Environment{}
	for _, p := range parts {
		if err := samePlan(parts[0], p); err != nil {
			return err
		}
		maps.Copy(m.Environments, p.Manifest.Environments)
	}
	w, err := Create(dir, m)
	if err != nil {
		return err
	}
	j := joiner{out: w, next: map[string]int{}, answers: map[string]string{}}
	for i, p := range parts {
		for _, r := range p.Records {
			if err := j.add(r, i); err != nil {
				w.Close()
				return err
			}
		}
	}
	return w.Close()
}

func samePlan(first, other *Run) error {
	if slices.EqualFunc(first.Manifest.Cells, other.Manifest.Cells, PlannedCell.Equal) {
		return nil
	}
	return fmt.Errorf("%s and %s have different cells: join runs of one experiment made by one program", first.Dir, other.Dir)
}

// joiner writes the records of several runs as those of one.
type joiner struct {
	out     *Writer
	next    map[string]int    // repeat of the next record, by cell
	answers map[string]string // of cells that have the measures of their layers
}

func (j *joiner) add(r Record, invocation int) error {
	r.Invocation, r.Repeat = invocation, j.next[r.Key]
	j.next[r.Key]++
	if r.Status == Done {
		switch before, known := j.answers[r.Key]; {
		case !known:
			j.answers[r.Key] = r.AnswerHash
		case before != r.AnswerHash && j.out.Manifest().Programs[r.Cell.Strategy()] == "":
			r.Status = Failed
			r.Reason = fmt.Sprintf("the packing (hash %.12s) differs from that of an earlier invocation (%.12s): the strategy is not deterministic", r.AnswerHash, before)
			r.AnswerHash, r.Run, r.Layer, r.Warnings = "", Values{}, nil, nil
		default:
			if invocation > 0 {
				r.Layer = nil // as in the first invocation
			}
		}
	}
	return j.out.Append(r)
}
