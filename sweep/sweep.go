// Package sweep carries a plan that is larger than a machine: it cuts the plan
// into shards that run anywhere, puts their records together again, says how far
// they are, and writes the job scripts for Slurm.
//
// All that the parts share is a directory, on a file system that all machines
// see or copied together afterwards:
//
//	DIR/shards/003-of-010/   a run directory each (package runs), written by one task
//	DIR/job.sh, merge.sh     the job scripts of bench submit
//	DIR/submitted.json       the ids of the jobs; see [Submission]
//	DIR/log/                 what the tasks printed
//	DIR/merged/              the merged run
//
// There is no server, and no coordination: every task computes the same split
// from the same plan. What is relied on of the file system is that a rename
// replaces a file at once and that what one machine synced another reads when it
// opens the file afterwards, as NFS does. A lock (flock) keeps two tasks off one
// shard where the file system has locks; where it has none, a task that finds
// that somebody else has written to its records ends with an error.
package sweep

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"packbench/runs"
)

// The names in a sweep's directory.
const (
	ShardsDir     = "shards"
	MergedDir     = "merged"
	LogDir        = "log"
	JobFile       = "job.sh"
	MergeFile     = "merge.sh"
	SubmittedFile = "submitted.json"
)

// ShardDir returns the run directory of a shard of the sweep in dir.
func ShardDir(dir string, index, of int) string {
	return filepath.Join(dir, ShardsDir, fmt.Sprintf("%03d-of-%03d", index, of))
}

var shardName = regexp.MustCompile(`^([0-9]+)-of-([0-9]+)$`)

// shardDir is the directory of a shard as its name tells.
type shardDir struct {
	path      string
	index, of int
}

// shardDirs lists the directories of shards in a sweep's directory, by their
// numbers. What is named otherwise is none.
func shardDirs(dir string) ([]shardDir, error) {
	entries, err := os.ReadDir(filepath.Join(dir, ShardsDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if info, e := os.Stat(dir); e == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is a file: name the directory of a sweep", dir)
	}
	if err != nil {
		return nil, err
	}
	var list []shardDir
	for _, e := range entries {
		parts := shardName.FindStringSubmatch(e.Name())
		if parts == nil {
			continue
		}
		index, err1 := strconv.Atoi(parts[1])
		of, err2 := strconv.Atoi(parts[2])
		if err1 == nil && err2 == nil && index >= 1 && index <= of {
			list = append(list, shardDir{filepath.Join(dir, ShardsDir, e.Name()), index, of})
		}
	}
	slices.SortStableFunc(list, func(a, b shardDir) int { return a.index - b.index })
	return list, nil
}

// isRun reports whether a run has begun in dir.
func isRun(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, runs.ManifestFile))
	return err == nil
}
