package sweep

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"packbench/internal/atomicfile"
)

// Submission is submitted.json: the jobs that were submitted last for a sweep.
type Submission struct {
	Shards    int       `json:"shards"`
	Array     string    `json:"array,omitempty"` // id of the array job; "" where no shard was missing
	Merge     string    `json:"merge"`           // id of the job that merges and reports
	Submitted time.Time `json:"submitted"`
}

// ReadSubmission reads what was submitted last in a sweep's directory.
func ReadSubmission(dir string) (Submission, error) {
	path := filepath.Join(dir, SubmittedFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return Submission{}, err
	}
	var s Submission
	if err := json.Unmarshal(text, &s); err != nil {
		return Submission{}, fmt.Errorf("%s: not what bench submit writes: %w", path, err)
	}
	const limit = 1_000_000
	if s.Shards < 1 || s.Shards > limit {
		return Submission{}, fmt.Errorf("%s: %d shards: use 1 to %d", path, s.Shards, limit)
	}
	return s, nil
}

// Write writes the submission into a sweep's directory.
func (s Submission) Write(dir string) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(dir, SubmittedFile), append(text, '\n'))
}
