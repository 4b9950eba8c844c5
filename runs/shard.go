package runs

import (
	"errors"
	"fmt"
	"time"
)

// Shard is the part of a plan that a run directory holds, if several
// directories hold one plan. The manifest lists the whole plan nevertheless, so
// that a reader of one shard knows what else belongs to it.
type Shard struct {
	Index int   `json:"index"` // 1 to Of
	Of    int   `json:"of"`
	Cells []int `json:"cells"` // indices in the plan, ascending
}

// String is "3/10".
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Of) }

// Equal reports whether both are the same part of the same plan.
func (s Shard) Equal(t Shard) bool {
	if s.Index != t.Index || s.Of != t.Of || len(s.Cells) != len(t.Cells) {
		return false
	}
	for i := range s.Cells {
		if s.Cells[i] != t.Cells[i] {
			return false
		}
	}
	return true
}

// check returns an error if s is not part of a plan of so many cells.
func (s *Shard) check(cells int) error {
	if s.Index < 1 || s.Index > s.Of {
		return fmt.Errorf("shard %d of %d: use 1 to %d", s.Index, s.Of, s.Of)
	}
	if len(s.Cells) == 0 {
		return errors.New("a shard without cells")
	}
	for i, c := range s.Cells {
		if c < 0 || c >= cells || i > 0 && c <= s.Cells[i-1] {
			return fmt.Errorf("cell %d of shard %v: use ascending indices of the plan, 0 to %d", c, s, cells-1)
		}
	}
	return nil
}

// Source is a run directory that records were merged from.
type Source struct {
	Index       int       `json:"index,omitempty"` // of its shard; 0 where it was none
	Of          int       `json:"of,omitempty"`
	ShuffleSeed uint64    `json:"shuffle_seed"`
	Command     []string  `json:"command"` // as typed
	Created     time.Time `json:"created"`
}

// Planned returns the cells that the directory should have records of: those of
// its shard, or the whole plan. The result must not be modified.
func (m *Manifest) Planned() []PlannedCell {
	if m.Shard == nil {
		return m.Cells
	}
	own := make([]PlannedCell, len(m.Shard.Cells))
	for i, c := range m.Shard.Cells {
		own[i] = m.Cells[c]
	}
	return own
}
