package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

func TestNegativeNumbersBelongToTheFlagBefore(t *testing.T) {
	for in, want := range map[string]string{
		"pack -m -1 l.npy":         "pack -m-1 l.npy",
		"pack --packs -1 l.npy":    "pack --packs=-1 l.npy",
		"place --expert-bytes -.5": "place --expert-bytes=-.5",
		"pack --packs=-1 l.npy":    "pack --packs=-1 l.npy",
		"pack -m 8 -1":             "pack -m 8 -1",
		"-1":                       "-1",
		"run -q -o x":              "run -q -o x",
		"pack -o=x.npz l.npy":      "pack -ox.npz l.npy",
		"pack --out=x l.npy":       "pack --out=x l.npy",
		"submit a -- -n -1 -o=x":   "submit a -- -n -1 -o=x",
		"compare a -o= b":          "compare a -o= b",
	} {
		if got := attach(strings.Fields(in)); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("attach(%s) = %q, want %s", in, got, want)
		}
	}
}

// full is a standard output that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: errors.New("no space left on device")}
}

func TestHelpThatCannotBeWrittenIsAFailure(t *testing.T) {
	for _, args := range []string{"--help", "--man", "--version", "pack --help"} {
		var stderr strings.Builder
		if code := run(strings.Fields(args), &streams{out: full{}, err: &stderr}); code != exitFailed || strings.Count(stderr.String(), "\n") != 1 {
			t.Errorf("bench %s: exit code %d, %q", args, code, stderr.String())
		}
	}
}

func TestAnInterruptIsSaid(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	var stderr bytes.Buffer
	err := planError(ctx, fmt.Errorf("planner balanced: %w", ctx.Err()))
	if code := report(&streams{err: &stderr}, err); code != exitFailed || stderr.String() != "bench: interrupted\n" {
		t.Errorf("exit %d, %q", code, stderr.String())
	}
}
