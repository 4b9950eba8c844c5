//go:build unix

package python

import (
	"os/exec"
	"syscall"
)

const supported = true

// detach gives the process a group of its own, which is killed as one.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// abort asks the process for its traceback and its end.
func abort(cmd *exec.Cmd) { _ = cmd.Process.Signal(syscall.SIGABRT) } // it may have ended

// killGroup ends the process and all it has started; the process too where it has left
// its group.
func killGroup(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // likewise
	_ = cmd.Process.Kill()
}

// ending says how a process ended: the signal, or its exit status.
func ending(cmd *exec.Cmd) (signal syscall.Signal, status int) {
	if s, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return s.Signal(), 0
	}
	return 0, cmd.ProcessState.ExitCode()
}

const (
	sigKill = syscall.SIGKILL
	sigCPU  = syscall.SIGXCPU
)
