package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"packbench/runs"
)

// versionFlag is "bench --version".
type versionFlag bool

// BeforeReset prints the version before anything else is parsed.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	if _, err := fmt.Fprintln(app.Stdout, version()); err != nil {
		return err
	}
	app.Exit(exitDone)
	return nil
}

// version is one line: "bench v1.2.3, commit 0123456789ab, go1.26.8 linux/amd64,
// without CUDA, record formats 1 to 2".
func version() string {
	program, commit := "(devel)", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		program = cmp.Or(info.Main.Version, program)
		dirty := ""
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				commit = s.Value[:min(12, len(s.Value))]
			case s.Key == "vcs.modified" && s.Value == "true":
				dirty = " with uncommitted changes"
			}
		}
		commit += dirty
	}
	gpu := "without CUDA"
	if builtWithCUDA {
		gpu = "with CUDA"
	}
	return fmt.Sprintf("bench %s, commit %s, %s %s/%s, %s, record formats 1 to %d",
		program, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH, gpu, runs.Format)
}
