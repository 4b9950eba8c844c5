//go:build cuda

package cuda_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"packbench/strategies/cuda"
)

// simulated is the path of the simulated driver library.
var simulated string

// TestMain builds the simulated driver, in which all tests here run.
func TestMain(m *testing.M) {
	if runtime.GOARCH != "amd64" {
		fmt.Println("skipped: the simulated driver switches stacks with x86-64 assembly")
		os.Exit(0)
	}
	build, err := filepath.Abs("sim/build")
	if err != nil {
		panic(err)
	}
	simulated = filepath.Join(build, "libcuda-simulated.so")
	out, err := exec.Command("make", "-j2", "-C", "sim", "OUT="+build).CombinedOutput()
	if err != nil {
		fmt.Fprintf(os.Stderr, "building the simulated driver: %v\n%s", err, out)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// simulation is a backend on a simulated driver, with what the driver reports.
type simulation struct {
	*cuda.Backend
	t      *testing.T
	report string
}

// simulate returns a backend on a simulated driver with the given settings; see
// sim/settings.h. The test may not run beside another.
func simulate(t *testing.T, library, settings string, o cuda.Options) *simulation {
	t.Helper()
	s := &simulation{t: t, report: filepath.Join(t.TempDir(), "report")}
	t.Setenv("PACKBENCH_SIM", settings)
	t.Setenv("PACKBENCH_SIM_REPORT", s.report)
	o.Driver = library
	s.Backend = cuda.New(o)
	return s
}

// done closes the backend and returns the driver's report. The test fails where
// the driver says that something was left.
func (s *simulation) done() string {
	s.t.Helper()
	s.Close()
	text, _ := os.ReadFile(s.report)
	if strings.Contains(string(text), "LEFT") {
		s.t.Errorf("left on the device: %s", text)
	}
	return string(text)
}

// counted reads a count out of a report, "launches=5".
func counted(t *testing.T, report, name string) int {
	t.Helper()
	_, after, found := strings.Cut(report, name+"=")
	n := 0
	if _, err := fmt.Sscan(after, &n); !found || err != nil {
		t.Fatalf("no %s in report %q", name, report)
	}
	return n
}
