package harness

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/shirou/gopsutil/v4/cpu"
)

// cores returns the number of logical CPUs of the machine, whether or not this
// process may run on them.
func cores() int {
	if n, err := cpu.Counts(true); err == nil && n > 0 {
		return n
	}
	return runtime.NumCPU()
}

// affinity returns the number of logical CPUs that the process may run on.
func affinity() int { return runtime.NumCPU() }

// cpuQuota returns how many seconds of CPU time per second the control groups
// of this process allow, the smallest of all levels; 0 where there is no limit.
// groups is /proc/self/cgroup and root where the groups are mounted, of either
// version.
func cpuQuota(groups, root string) float64 {
	text, err := os.ReadFile(groups)
	if err != nil {
		return 0
	}
	smallest := 0.0
	note := func(quota float64) {
		if quota > 0 && (smallest == 0 || quota < smallest) {
			smallest = quota
		}
	}
	for line := range strings.Lines(string(text)) {
		// hierarchy:controllers:path; version 2 has hierarchy 0 and no controllers
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		mount, read := root, quotaV2
		switch {
		case parts[0] == "0" && parts[1] == "":
			if _, err := os.Stat(filepath.Join(root, "unified")); err == nil {
				mount = filepath.Join(root, "unified") // both versions are mounted
			}
		case hasController(parts[1], "cpu"):
			mount, read = filepath.Join(root, parts[1]), quotaV1
			if _, err := os.Stat(mount); err != nil {
				mount = filepath.Join(root, "cpu")
			}
		default:
			continue
		}
		// A container sees its own group as the root of what is mounted, under a
		// path that is that of the host.
		for path := filepath.Clean("/" + parts[2]); ; path = filepath.Dir(path) {
			note(read(filepath.Join(mount, path)))
			if path == "/" {
				break
			}
		}
	}
	return smallest
}

func hasController(list, name string) bool {
	for c := range strings.SplitSeq(list, ",") {
		if c == name {
			return true
		}
	}
	return false
}

// quotaV2 reads cpu.max: "50000 100000", or "max 100000".
func quotaV2(dir string) float64 {
	text, err := os.ReadFile(filepath.Join(dir, "cpu.max"))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) != 2 {
		return 0
	}
	return share(fields[0], fields[1])
}

// quotaV1 reads cpu.cfs_quota_us, −1 for no limit, and cpu.cfs_period_us.
func quotaV1(dir string) float64 {
	quota, err := os.ReadFile(filepath.Join(dir, "cpu.cfs_quota_us"))
	if err != nil {
		return 0
	}
	period, err := os.ReadFile(filepath.Join(dir, "cpu.cfs_period_us"))
	if err != nil {
		return 0
	}
	return share(strings.TrimSpace(string(quota)), strings.TrimSpace(string(period)))
}

// share returns quota/period, 0 where either is not a positive number.
func share(quota, period string) float64 {
	q, err := strconv.ParseFloat(quota, 64)
	if err != nil || q <= 0 {
		return 0
	}
	p, err := strconv.ParseFloat(period, 64)
	if err != nil || p <= 0 {
		return 0
	}
	return q / p
}

// turbo returns whether the CPUs under dir may clock above their nominal
// frequency: "on", "off", or "" where that is not to be seen.
func turbo(dir string) string {
	for _, source := range []struct{ file, on string }{
		{"intel_pstate/no_turbo", "0"},
		{"cpufreq/boost", "1"},
	} {
		text, err := os.ReadFile(filepath.Join(dir, source.file))
		if err != nil {
			continue
		}
		if strings.TrimSpace(string(text)) == source.on {
			return "on"
		}
		return "off"
	}
	return ""
}
