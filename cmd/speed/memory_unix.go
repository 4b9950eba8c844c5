//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
)

// peak returns the peak memory of the default experiment in bytes.
func peak(bench string) (float64, error) {
	dir, err := os.MkdirTemp("", "speed")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	command := exec.Command(bench, "run", "--quiet", "--out", filepath.Join(dir, "run"))
	if text, err := command.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%s run: %w: %s", bench, err, text)
	}
	usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, fmt.Errorf("this system does not say how much memory a process took")
	}
	unit := 1024.0
	if runtime.GOOS == "darwin" {
		unit = 1
	}
	return unit * float64(usage.Maxrss), nil
}
