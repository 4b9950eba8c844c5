package planfile

import (
	"bytes"
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
			m, err := decode(b.Bytes(), "")
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
		m, err := decode(b.Bytes(), "")
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
		"":      `it has no "physical_to_logical": name one of bad, flat, new, old after a colon`,
		":":     "no name after the colon",
		":none": `there is no key "none"`,
		":bad":  "a list of layers, each a list of experts",
		":flat": "a list of layers, each a list of experts",
	} {
		if _, err := Read(path + suffix); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", suffix, err, want)
		}
	}
	if _, err := Read(filepath.Join(dir, "none.npz")); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("error %v", err)
	}
}

func TestYAMLInTheFormsThatAreWritten(t *testing.T) {
	for name, text := range map[string]string{
		"brackets":       "initial_global_assignments:\n  4: [2, 3]\n  3: [0, 1]\nnum_slots: 2\n",
		"broken lines":   "num_slots: 2\ninitial_global_assignments:\n  3: [0,\n    1]\n  4: [2, 3\n  ] # end\n",
		"dashes":         "initial_global_assignments:\n  3:\n  - 0\n  - 1\n  4:\n  - 2\n  - 3\nnum_slots: 2\n",
		"numbers quoted": "initial_global_assignments:\n  '3': [0, 1]\n  \"4\": [2, 3]\n",
	} {
		m, err := decode([]byte(text), "")
		if err != nil || !slices.Equal(m.PhysicalToLogical, []int32{0, 1, 2, 3}) {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
	for text, want := range map[string]string{
		"num_slots: 3\n":                                       "not a placement",
		"initial_global_assignments: x\n":                      "not a placement",
		"initial_global_assignments:\n  3: [0, 1\n":            "the list has no end",
		"initial_global_assignments:\n  3: [0, a]\n":           "something else",
		"initial_global_assignments:\n  3: [0]\n  3: [0]\n":    "layer 3 is there twice",
		"initial_global_assignments:\n  3 [0]\n":               "a colon is missing",
		"initial_global_assignments:\n  3: [0]\n  4: [0, 1]\n": "layer 1 has 2 slots, layer 0 has 1",
	} {
		if _, err := decode([]byte(text), ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"", "[", "[[0, 1]]", `{"physical_to_logical_map": [[0, 1], [1, 0]]}`, "{}", `{"layer_list": [{"device_list": [{"device_expert": [0, 1]}]}]}`,
		"initial_global_assignments:\n  3: [0, 1]\nnum_slots: 2\n", `{"initial_global_assignments": {"0": [0], "x": [1]}}`, "PK\x03\x04", "\x93NUMPY",
		`{"physical_to_logical": [[99999999999]]}`, `{"layer_list": [{}]}`,
	} {
		f.Add([]byte(seed), "")
	}
	f.Add([]byte(`{"a": [[1]]}`), "a")
	f.Fuzz(func(t *testing.T, b []byte, key string) {
		m, err := decode(b, key)
		if err != nil {
			return
		}
		if m.Layers < 1 || len(m.PhysicalToLogical) != m.Layers*m.Slots {
			t.Fatalf("%d layers of %d slots with %d entries", m.Layers, m.Slots, len(m.PhysicalToLogical))
		}
		top := placement.Topology{Experts: 2, Slots: m.Slots, Groups: 1, Nodes: 1, GPUs: 1}
		if p, err := m.Plan(top, top, m.Layers); err == nil && p.Validate() != nil {
			t.Fatal("an invalid plan")
		}
	})
}
