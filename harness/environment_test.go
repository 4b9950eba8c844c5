package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"packbench/runs"
	"packbench/strategies"
	"packbench/strategies/fakebackend"
)

func TestCaptureEnvironment(t *testing.T) {
	e := CaptureEnvironment([]strategies.Backend{
		&fakebackend.Backend{Named: "cpu"},
		&fakebackend.Backend{Named: "cuda", Error: fmt.Errorf("%w: no\ndriver", strategies.ErrUnavailable)},
	}, 3)
	if e.Threads != 3 || e.Cores < 1 || e.GoVersion != runtime.Version() || !strings.HasPrefix(e.OS, runtime.GOOS+"/") {
		t.Errorf("%+v", e)
	}
	if got := e.Backends["cpu"].Device; got != "fake cpu" {
		t.Errorf("device of cpu is %q", got)
	}
	if got := e.Backends["cuda"].Unavailable; got != "backend not available: no driver" {
		t.Errorf("cuda is unavailable for %q", got)
	}
	if name, err := os.Hostname(); err == nil && strings.Contains(e.Host, name) {
		t.Errorf("host %q names the machine", e.Host)
	}
}

func TestEnvironmentKey(t *testing.T) {
	a := runs.Environment{Host: "h", CPU: "c", Load1: 1}
	b := a
	b.Load1 = 2
	if a.Key() != b.Key() {
		t.Error("the load of the hour makes another environment")
	}
	b.Dirty = true
	if a.Key() == b.Key() {
		t.Error("uncommitted changes make no other environment")
	}
	b = a
	b.Backends = map[string]runs.BackendDescription{"cuda": {Device: "GPU"}}
	if a.Key() == b.Key() {
		t.Error("another device makes no other environment")
	}
}

func TestProgramNamesVersionAndCommit(t *testing.T) {
	var e runs.Environment
	describeProgram(&e, &debug.BuildInfo{
		Main:     debug.Module{Path: "packbench", Version: "v1.2.3"},
		Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "true"}},
	})
	if e.Program != "packbench v1.2.3" || e.Commit != "abc" || !e.Dirty {
		t.Errorf("%+v", e)
	}
}

func TestGovernorNamesAllThatDiffer(t *testing.T) {
	dir := t.TempDir()
	if got := governor(dir); got != "" {
		t.Errorf("nothing to see, and yet %q", got)
	}
	for i, name := range []string{"powersave", "performance", "powersave"} {
		cpu := filepath.Join(dir, fmt.Sprintf("cpu%d", i), "cpufreq")
		if err := os.MkdirAll(cpu, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(cpu, "scaling_governor"), []byte(name+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got := governor(dir); got != "performance,powersave" {
		t.Errorf("governor %q", got)
	}
}
