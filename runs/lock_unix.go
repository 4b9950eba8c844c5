//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package runs

import (
	"os"
	"syscall"
)

// lock keeps other processes from writing to the run directory that f is in.
// The lock goes with the process, however it ends.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
