package harness

import (
	"os"
	"path/filepath"
	"testing"
)

// tree writes files under a temporary directory, which it returns.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestCPUQuotaOfControlGroups(t *testing.T) {
	for _, test := range []struct {
		name   string
		groups string
		files  map[string]string
		want   float64
	}{
		{"version 2", "0::/a/b\n", map[string]string{"a/b/cpu.max": "150000 100000\n"}, 1.5},
		{"version 2, no limit", "0::/a\n", map[string]string{"a/cpu.max": "max 100000\n"}, 0},
		{"the parent is tighter", "0::/a/b\n", map[string]string{"a/b/cpu.max": "200000 100000\n", "a/cpu.max": "50000 100000\n"}, 0.5},
		{"a container's own root", "0::/docker/0123\n", map[string]string{"cpu.max": "25000 50000\n"}, 0.5},
		{"version 1", "4:memory:/x\n3:cpu,cpuacct:/a\n", map[string]string{"cpu,cpuacct/a/cpu.cfs_quota_us": "50000\n", "cpu,cpuacct/a/cpu.cfs_period_us": "100000\n"}, 0.5},
		{"version 1 under its short name", "3:cpu,cpuacct:/\n", map[string]string{"cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 3},
		{"version 1, no limit", "3:cpu:/\n", map[string]string{"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 0},
		{"both versions", "3:cpu:/a\n0::/b\n", map[string]string{"cpu/a/cpu.cfs_quota_us": "100000\n", "cpu/a/cpu.cfs_period_us": "100000\n", "unified/b/cpu.max": "max 100000\n"}, 1},
		{"nothing to read", "0::/\n", nil, 0},
		{"nonsense", "0::/\nx\n", map[string]string{"cpu.max": "many 0\n"}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := tree(t, test.files)
			groups := filepath.Join(tree(t, map[string]string{"cgroup": test.groups}), "cgroup")
			if got := cpuQuota(groups, root); got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
	if got := cpuQuota(filepath.Join(t.TempDir(), "none"), "/"); got != 0 {
		t.Errorf("without control groups: %v", got)
	}
}

func TestTurboIsReadFromEitherDriver(t *testing.T) {
	for _, test := range []struct{ file, text, want string }{
		{"intel_pstate/no_turbo", "0\n", "on"},
		{"intel_pstate/no_turbo", "1\n", "off"},
		{"cpufreq/boost", "1\n", "on"},
		{"cpufreq/boost", "0\n", "off"},
		{"other", "0", ""},
	} {
		if got := turbo(tree(t, map[string]string{test.file: test.text})); got != test.want {
			t.Errorf("%s of %q: %q, want %q", test.file, test.text, got, test.want)
		}
	}
}
