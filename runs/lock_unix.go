//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package runs

import (
	"errors"
	"os"
	"syscall"
)

// lock keeps other processes from writing to the run directory that f is in;
// held is false where one does already. The lock goes with the process, however
// it ends. On a file system that has no such locks (some cluster file systems
// are mounted so) it is as if nobody else wrote.
func lock(f *os.File) (held bool, err error) { return flock(f, syscall.LOCK_EX) }

// lockShared takes a lock that goes with others of its kind and not with that
// of lock.
func lockShared(f *os.File) (held bool, err error) { return flock(f, syscall.LOCK_SH) }

func flock(f *os.File, how int) (held bool, err error) {
	for {
		err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.ENOLCK):
			return true, nil
		}
		return err == nil, err
	}
}
