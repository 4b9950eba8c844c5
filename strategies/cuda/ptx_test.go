package cuda

import (
	"crypto/sha256"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// Every module has the one kernel that it is called after and no fused
// multiply-add: every float operation is rounded on its own, with an explicit
// rounding mode that keeps the driver's compiler from fusing. That is what makes
// answers equal the CPU's to the bit.
func TestPTX(t *testing.T) {
	entry := regexp.MustCompile(`\.entry (\w+)\(`)
	implicit := regexp.MustCompile(`\b(add|sub|mul|div)\.f32|\b(fma|mad)\.[a-z.]*f32|\.ftz|\.f64|\.local`)
	for _, name := range KernelNames() {
		ptx, err := readPTX(name)
		if err != nil {
			t.Fatal(err)
		}
		if entries := entry.FindAllStringSubmatch(ptx, -1); len(entries) != 1 || entries[0][1] != name {
			t.Errorf("%s.ptx has kernels %v", name, entries)
		}
		if found := implicit.FindString(ptx); found != "" {
			t.Errorf("%s.ptx has %q", name, found)
		}
		if !strings.Contains(ptx, ".target sm_80") || !strings.Contains(ptx, ".version 7.0") {
			t.Errorf("%s.ptx is not for sm_80 by PTX 7.0", name)
		}
	}
}

// There is machine code of every kernel for every architecture, made of this PTX.
func TestCubins(t *testing.T) {
	const remedy = "run make cubins and commit kernels/cubins.*"
	for capability, serves := range map[[2]int]bool{{8, 0}: true, {8, 9}: true, {9, 0}: true, {10, 3}: true, {12, 1}: true, {7, 5}: false, {11, 0}: false, {13, 0}: false} {
		for _, name := range KernelNames() {
			if _, err := readCubin(name, capability[0], capability[1]); (err == nil) != serves {
				t.Errorf("%s for compute capability %v: error %v: %s", name, capability, err, remedy)
			}
		}
	}
	text, err := os.ReadFile("kernels/cubins.sum")
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(text)) {
		sum, file, _ := strings.Cut(strings.TrimSpace(line), "  ")
		sums[file] = sum
	}
	files := []string{"cubins.zip"}
	for _, name := range KernelNames() {
		files = append(files, "ptx/"+name+".ptx")
	}
	for _, file := range files {
		data, err := os.ReadFile("kernels/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if sums[file] != fmt.Sprintf("%x", sha256.Sum256(data)) {
			t.Errorf("%s is not what cubins.sum says: %s", file, remedy)
		}
	}
}

// argumentTypes are the arguments of each kernel, by what its name begins with; the
// longest counts.
var argumentTypes = map[string]any{
	"fetch":         fetchArguments{},
	"orders_words":  ordersWordsArguments{},
	"orders_block":  ordersBlockArguments{},
	"orders_large":  ordersLargeArguments{},
	"greedy_lanes":  greedyArguments{},
	"greedy_reduce": greedyArguments{},
	"greedy_large":  greedyLargeArguments{},
	"select":        selectArguments{},
	"choose":        chooseArguments{},
	"refine_quick":  refineArguments{},
	"refine_rounds": refineArguments{},
	"refine_pairs":  refineArguments{},
	"refine_large":  refineLargeArguments{},
}

func argumentsOf(kernel string) any {
	for prefix, arguments := range argumentTypes {
		if strings.HasPrefix(kernel, prefix) {
			return arguments
		}
	}
	return nil
}

// ptxTypes are the types of a kernel's parameters as PTX has them.
func ptxTypes(v reflect.Value) []string {
	switch v.Kind() {
	case reflect.Struct:
		var types []string
		for i := range v.NumField() {
			types = append(types, ptxTypes(v.Field(i))...)
		}
		return types
	case reflect.Float32:
		return []string{"f32"}
	case reflect.Uint32:
		return []string{"u32"}
	}
	return []string{"u64"} // an address
}

// The program passes every kernel the parameters that it was compiled with.
func TestArgumentsAreThoseOfTheKernels(t *testing.T) {
	parameter := regexp.MustCompile(`\.param \.(\w+) \w+_param_`)
	for _, name := range KernelNames() {
		ptx, err := readPTX(name)
		if err != nil {
			t.Fatal(err)
		}
		list, _, _ := strings.Cut(ptx, ")")
		var want []string
		for _, m := range parameter.FindAllStringSubmatch(list, -1) {
			want = append(want, m[1])
		}
		if got := ptxTypes(reflect.ValueOf(argumentsOf(name))); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the program passes %v, the kernel takes %v", name, got, want)
		}
	}
}
