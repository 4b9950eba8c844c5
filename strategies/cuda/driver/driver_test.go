//go:build cuda

package driver

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gorgonia.org/cu"
)

// Without a driver every call of cu is an error, and the program goes on.
func TestNoDriver(t *testing.T) {
	err := Open("/nonexistent/libcuda.so.1")
	if err == nil || !strings.HasPrefix(err.Error(), "no CUDA driver: /nonexistent/libcuda.so.1") {
		t.Errorf("opening nothing: %v", err)
	}
	// A library that exists but is not a driver: the C library itself.
	if err := Open("libc.so.6"); err == nil || !strings.Contains(err.Error(), "has no cuInit") {
		t.Errorf("opening another library: %v", err)
	}
	if v := cu.Version(); v != -1 {
		t.Errorf("version %d of no driver", v)
	}
	var e *Error
	if _, err := cu.MemAlloc(4); !errors.As(Wrap("cuMemAlloc", err), &e) || e.Code != 3 || e.Call != "cuMemAlloc" {
		t.Errorf("a call without a driver: %v", err)
	}
	if _, _, err := HostAlloc(4); !errors.As(err, &e) || e.Code != 3 {
		t.Errorf("page-locked memory without a driver: %v", err)
	}
	// Functions that are not forwarded say so and do not crash.
	if err := Wrap("cuMemcpy", cu.Memcpy(1, 2, 3)); !errors.As(err, &e) || e.Code != 801 {
		t.Errorf("a function that is not forwarded: %v", err)
	}
}

func TestWrapKeepsDriverErrors(t *testing.T) {
	if err := Wrap("cuMemAlloc", nil); err != nil {
		t.Errorf("nil became %v", err)
	}
	inner := &Error{Call: "cuInit", Code: 100}
	if err := Wrap("outer", fmt.Errorf("inner: %w", inner)); !errors.Is(err, inner) || strings.Contains(err.Error(), "outer") {
		t.Errorf("an error of the driver was wrapped again: %v", err)
	}
	if err := Wrap("outer", errors.New("other")); err == nil || err.Error() != "outer: other" {
		t.Errorf("another error became %v", err)
	}
	if text := inner.Error(); !strings.Contains(text, "no NVIDIA GPU is visible") {
		t.Errorf("no hint in %q", text)
	}
}
