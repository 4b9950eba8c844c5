package planfile

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/placement"
)

// randomAnswer draws a plan without duplicates on a GPU, which every engine takes.
func randomAnswer(t *rapid.T) Answer {
	gpus, per := rapid.IntRange(1, 5).Draw(t, "gpus"), rapid.IntRange(1, 4).Draw(t, "slots per GPU")
	top := placement.Topology{Slots: gpus * per, Groups: 1, Nodes: 1, GPUs: gpus}
	top.Experts = rapid.IntRange(per, top.Slots).Draw(t, "experts")
	layers := rapid.IntRange(1, 12).Draw(t, "layers")
	var physical []int32
	for range layers {
		shift := rapid.IntRange(0, top.Experts-1).Draw(t, "shift")
		for s := range top.Slots {
			physical = append(physical, int32((s+shift)%top.Experts))
		}
	}
	p, err := placement.FromPhysical(top, layers, physical)
	if err != nil {
		t.Fatal(err)
	}
	loads := rapid.SliceOfN(rapid.Float32Range(0, 100), layers*top.Experts, layers*top.Experts).Draw(t, "loads")
	return Answer{Planner: "balanced", Plan: p, Loads: loads, FirstLayer: rapid.IntRange(0, 3).Draw(t, "first layer")}
}

// readBack reads what was written, from a file named as a user would.
func readBack(t interface {
	Helper()
	Fatal(...any)
}, name string, content []byte) (*Map, error) {
	t.Helper()
	dir, err := os.MkdirTemp("", "planfile")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ext := map[string]string{"npz": ".npz", "trtllm": ".yaml", "vllm-jsonl": ".jsonl"}[name]
	path := filepath.Join(dir, "plan"+cmp.Or(ext, ".json"))
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return Read(path)
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := randomAnswer(t)
		writers := map[string]func(io.Writer) error{"npz": a.WriteNPZ, "json": a.WriteJSON}
		for _, e := range Engines() {
			writers[e.Name] = func(w io.Writer) error { return e.Write(w, a) }
		}
		for name, write := range writers {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			m, err := readBack(t, name, b.Bytes())
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got := m.PhysicalToLogical
			if name == "sglang" { // which has the dense layers too
				if m.Layers != a.Plan.Layers+a.FirstLayer {
					t.Fatalf("sglang: %d layers", m.Layers)
				}
				got = got[a.FirstLayer*m.Slots:]
			}
			if m.Slots != a.Plan.Topology.Slots || !slices.Equal(got, a.Plan.PhysicalToLogical) {
				t.Fatalf("%s: another placement is read back", name)
			}
		}
	})
}

func TestUnevenPlansKeepTheirSizes(t *testing.T) {
	top := placement.Topology{Experts: 3, Slots: 5, Groups: 1, Nodes: 1, GPUs: 3, SlotsPerGPU: []int{2, 0, 3}}
	p, err := placement.FromPhysical(top, 1, []int32{0, 1, 2, 0, 1})
	if err != nil {
		t.Fatal(err)
	}
	a := Answer{Plan: p, Loads: []float32{1, 2, 3}}
	for name, write := range map[string]func(io.Writer) error{"npz": a.WriteNPZ, "json": a.WriteJSON} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		m, err := readBack(t, name, b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		back, err := m.Plan(top, top, 1)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if back.Hash() != p.Hash() {
			t.Errorf("%s: another plan", name)
		}
	}
	for _, e := range Engines() {
		if err := e.Write(io.Discard, a); err == nil || !strings.Contains(err.Error(), "equal numbers of slots") {
			t.Errorf("%s: error %v", e.Name, err)
		}
	}
}

func TestAColonNamesWhatToRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "maps.json")
	if err := os.WriteFile(path, []byte(`{"old": [[0, 1]], "new": [[1, 0]], "bad": [[0.5]], "flat": [1]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Read(path + ":new")
	if err != nil || !slices.Equal(m.PhysicalToLogical, []int32{1, 0}) {
		t.Errorf("%+v, %v", m, err)
	}
	for suffix, want := range map[string]string{
		"":      "no placement in the object (it has old, new, bad, flat): name its key",
		":":     "no name after the colon",
		":none": `no key "none" in the object`,
		":bad":  "expert 0.5: use whole numbers",
		":flat": "expert 1, but 1 slot holds experts 0 to 0 at most",
	} {
		if _, err := Read(path + suffix); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", suffix, err, want)
		}
	}
	if _, err := Read(filepath.Join(dir, "none.npz")); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("error %v", err)
	}
}
