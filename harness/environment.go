package harness

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/klauspost/cpuid/v2"
	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"

	"packbench/runs"
	"packbench/strategies"
)

// CaptureEnvironment describes this machine, this program and the backends.
// threads is how many threads a run may use. What the machine does not reveal
// (in a container, say) is left empty.
func CaptureEnvironment(backends []strategies.Backend, threads int) runs.Environment {
	e := runs.Environment{
		OS:        runtime.GOOS + "/" + runtime.GOARCH,
		CPU:       cpuName(),
		Cores:     cores(),
		Threads:   threads,
		Features:  features(),
		Governor:  governor("/sys/devices/system/cpu"),
		Turbo:     turbo("/sys/devices/system/cpu"),
		CPUQuota:  cpuQuota("/proc/self/cgroup", "/sys/fs/cgroup"),
		GoVersion: runtime.Version(),
		Backends:  map[string]runs.BackendDescription{},
	}
	if n := affinity(); n < e.Cores {
		e.Affinity = n
	}
	if name, err := os.Hostname(); err == nil {
		sum := sha256.Sum256([]byte(name))
		e.Host = hex.EncodeToString(sum[:6])
	}
	e.Kernel, _ = host.KernelVersion()
	if m, err := mem.VirtualMemory(); err == nil {
		e.MemoryMB = int64(m.Total >> 20)
	}
	if l, err := load.Avg(); err == nil {
		e.Load1 = l.Load1
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		describeProgram(&e, info)
	}
	for _, b := range backends {
		e.Backends[b.Name()] = describe(b)
	}
	return e
}

// describeProgram takes the version of the program from what the Go tool put into it.
// "go run" of a module puts no commit there; then none is named.
func describeProgram(e *runs.Environment, info *debug.BuildInfo) {
	e.Program = strings.TrimSpace(info.Main.Path + " " + info.Main.Version)
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			e.Commit = s.Value
		case "vcs.modified":
			e.Dirty = s.Value == "true"
		}
	}
}

// describe asks a backend what it runs on.
func describe(b strategies.Backend) runs.BackendDescription {
	d, err := b.Describe()
	if err != nil {
		return runs.BackendDescription{Unavailable: reason(err)}
	}
	description := runs.BackendDescription{Device: d.Device}
	for _, f := range d.Facts {
		description.Facts = append(description.Facts, runs.Fact(f))
	}
	return description
}

func cpuName() string {
	if name := strings.TrimSpace(cpuid.CPU.BrandName); name != "" {
		return name
	}
	if info, err := cpu.Info(); err == nil && len(info) > 0 {
		return strings.TrimSpace(info[0].ModelName)
	}
	return ""
}

// features returns the instruction sets of the CPU that packing can profit
// from.
func features() []string {
	var list []string
	for _, f := range cpuid.CPU.FeatureSet() {
		for _, prefix := range []string{"SSE4", "AVX", "FMA", "BMI", "POPCNT", "ASIMD", "SVE"} {
			if strings.HasPrefix(f, prefix) {
				list = append(list, f)
				break
			}
		}
	}
	slices.Sort(list)
	return list
}

// governor returns the frequency governors of the CPUs under dir ("performance",
// or several joined by commas), "" where there are none to be seen.
func governor(dir string) string {
	files, _ := filepath.Glob(filepath.Join(dir, "cpu[0-9]*", "cpufreq", "scaling_governor"))
	var names []string
	for _, f := range files {
		if text, err := os.ReadFile(f); err == nil {
			names = append(names, strings.TrimSpace(string(text)))
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ",")
}
