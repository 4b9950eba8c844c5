// Package pythontest finds a Python for tests.
package pythontest

import (
	"os"
	"os/exec"
	"testing"
)

// Interpreter returns a Python that has the modules, as [Find] does. Where there is
// none the test is skipped.
func Interpreter(t testing.TB, modules ...string) string {
	t.Helper()
	path := Find(modules...)
	if path == "" {
		t.Skipf("needs a Python with %v: install it, or name one in PACKBENCH_PYTHON", modules)
	}
	return path
}

// Find returns a Python that has the modules: the one that PACKBENCH_PYTHON names,
// the one in the path, or the system's; "" where none has them.
func Find(modules ...string) string {
	for _, name := range []string{os.Getenv("PACKBENCH_PYTHON"), "python3", "/usr/bin/python3"} {
		if name == "" {
			continue
		}
		path, err := exec.LookPath(name)
		if err == nil && has(path, modules) {
			return path
		}
	}
	return ""
}

// has reports whether the interpreter runs and finds the modules. It imports none,
// which can take seconds.
func has(python string, modules []string) bool {
	args := append([]string{"-c", "import sys, importlib.util\nsys.exit(not all(map(importlib.util.find_spec, sys.argv[1:])))"}, modules...)
	return exec.Command(python, args...).Run() == nil
}
