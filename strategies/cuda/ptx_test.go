package cuda

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The embedded PTX has the kernels that the program looks up and no fused
// multiply-add: every float operation is rounded on its own, with an explicit
// rounding mode that keeps the driver's compiler from fusing. That is what makes
// answers equal the CPU's to the bit.
func TestPTX(t *testing.T) {
	entry := regexp.MustCompile(`\.entry (\w+)\(`)
	implicit := regexp.MustCompile(`\b(add|sub|mul|div)\.f32|\b(fma|mad)\.[a-z.]*f32|\.ftz|\.f64`)
	files, err := modules.ReadDir("kernels")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(kernelNames) {
		t.Errorf("%d PTX files for %d modules", len(files), len(kernelNames))
	}
	for module, want := range kernelNames {
		ptx, err := modules.ReadFile("kernels/" + module + ".ptx")
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range entry.FindAllStringSubmatch(string(ptx), -1) {
			names = append(names, m[1])
		}
		slices.Sort(names)
		want = slices.Sorted(slices.Values(want))
		if !slices.Equal(names, want) {
			t.Errorf("%s.ptx has kernels %v, want %v", module, names, want)
		}
		if found := implicit.Find(ptx); found != nil {
			t.Errorf("%s.ptx has %q", module, found)
		}
		if !strings.Contains(string(ptx), ".target sm_80") || !strings.Contains(string(ptx), ".version 7.0") {
			t.Errorf("%s.ptx is not for sm_80 by PTX 7.0", module)
		}
	}
}
