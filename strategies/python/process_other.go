//go:build !unix

package python

import (
	"os/exec"
	"syscall"
)

// supported: the worker needs files passed on to it by number, process groups and
// limits of resources.
const supported = false

func detach(*exec.Cmd) {}

func abort(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

func ending(cmd *exec.Cmd) (syscall.Signal, int) { return 0, cmd.ProcessState.ExitCode() }

const (
	sigKill = syscall.SIGKILL
	sigCPU  = syscall.Signal(-1)
)
