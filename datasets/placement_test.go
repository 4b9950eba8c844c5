package datasets

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"packbench/internal/npz"
)

// TestReadPlacement reads the same placement from what engines and planners
// write.
func TestReadPlacement(t *testing.T) {
	want := [][]int{{0, 1, 2, 0}, {2, 1, 0, 1}}
	slots := npz.Int64("physical_to_logical", []int{0, 1, 2, 0, 2, 1, 0, 1}, 2, 4)
	var npy bytes.Buffer
	if err := npz.WriteArray(&npy, slots); err != nil {
		t.Fatal(err)
	}
	other := slots
	other.Name = "old_phy2log"
	for _, c := range []struct {
		name, content string
		opt           ReadOptions
	}{
		{"planned.npz", npzOf(t, npz.Int64("logical_count", []int{2, 1, 1, 1, 2, 1}, 2, 3), slots), ReadOptions{}},
		{"other.npz", npzOf(t, slots, other), ReadOptions{Key: "old_phy2log"}},
		{"only.npz", npzOf(t, other), ReadOptions{}},
		{"map.npy", npy.String(), ReadOptions{}},
		{"bare.json", `[[0, 1, 2, 0], [2, 1, 0, 1]]`, ReadOptions{}},
		{"sglang.json", `{"physical_to_logical_map": [[0, 1, 2, 0], [2, 1, 0, 1]]}`, ReadOptions{}},
		{"keyed.json", `{"plan": {"map": [[0, 1, 2, 0], [2, 1, 0, 1]]}}`, ReadOptions{Key: "plan.map"}},
		{"vllm.jsonl", `{"record_type": "eplb_initial_mapping", "initial_global_assignments": {"1": [2, 1, 0, 1], "0": [0, 1, 2, 0]}}`, ReadOptions{}},
		{"stats.jsonl", `{"expert_load": [], "p2l_map": [[0, 0, 0, 0], [0, 0, 0, 0]]}` + "\n" + `{"p2l_map": [[0, 1, 2, 0], [2, 1, 0, 1]]}`, ReadOptions{}},
		{"trtllm.yaml", "initial_global_assignments:\n  11: [2, 1, 0, 1]\n  3: [0, 1, 2, 0]\nnum_slots: 4\n", ReadOptions{}},
		{"ascend.json", `{"moe_layer_count": 2, "layer_list": [
			{"layer_id": 1, "device_list": [{"device_id": 1, "device_expert": [0, 1]}, {"device_id": 0, "device_expert": [2, 1]}]},
			{"layer_id": 0, "device_list": [{"device_id": 0, "device_expert": [0, 1]}, {"device_id": 1, "device_expert": [2, 0]}]}]}`, ReadOptions{}},
	} {
		path := filepath.Join(t.TempDir(), c.name)
		if err := os.WriteFile(path, []byte(c.content), 0o666); err != nil {
			t.Fatal(err)
		}
		got, err := ReadPlacement(path, c.opt)
		if err != nil {
			t.Errorf("%v", err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.name, diff)
		}
	}
	got, err := ReadPlacement(recordingPath("per_pass/recorder_0.pt"), ReadOptions{})
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("the last placement of a recording: %v %s", err, diff)
	}
}

func TestReadPlacementErrors(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"a.json", ``, "the file is empty: there is no placement"},
		{"a.csv", "0,1\n", "a table: a placement is read from"},
		{"a.json", `{"a": 1}`, "no placement in the object (it has a)"},
		{"a.json", `[[0, 2]]`, "layer 0, slot 1: expert 2, but 2 slots hold experts 0 to 1 at most"},
		{"a.json", `[[0, 1], [0, 0]]`, "layer 1: no slot holds expert 1"},
		{"a.json", `[[0, 1.5]]`, "layer 0, slot 1: expert 1.5: use whole numbers"},
		{"a.json", `[[0, -2]]`, "layer 0, slot 1: expert -2"},
		{"a.json", `[[0, NaN]]`, "layer 0, slot 1: expert NaN"},
		{"a.json", `[[[0]], [[0]]]`, "2 maps: use one, [layers][slots]"},
		{"a.json", `[[0, 1], [0]]`, "layer 1: 1 item, the ones before have 2"},
		{"a.json", `{"layer_list": [{"layer_id": 1, "device_list": []}]}`, "layer_list: layer_id 1 occurs twice or is beyond the 1 of the list"},
		{"a.json", `{"layer_list": [{"layer_id": 0, "device_list": [{"device_id": 0, "device_expert": []}]}]}`, "layer 0: device_expert is not a list of experts"},
		{"a.json", `{"initial_global_assignments": {"a": [0]}}`, `"a" is not the number of a layer`},
		{"a.json", `{"initial_global_assignments": [0]}`, "a list of 1 numbers where a list of slots per layer was expected"},
		{"a.yaml", "a: 1\n", "no placement in the file: initial_global_assignments is missing"},
		{"a.yaml", "initial_global_assignments: {0: [0, 1]}\nnum_slots: 3\n", "layer 0: 2 slots, but num_slots is 3"},
		{"a.yaml", strings.Repeat("[", 100000), "nested more than 8 deep"},
		{"a.yaml", strings.Repeat("a:\n", 100000), "not a placement: 100000 keys"},
		{"a.yaml", "initial_global_assignments: [\n", "not YAML of a placement"},
	} {
		path := filepath.Join(t.TempDir(), c.name)
		if err := os.WriteFile(path, []byte(c.content), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadPlacement(path, ReadOptions{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60s: got error %v, want %s", c.content, err, c.want)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60s: the error has several lines: %v", c.content, err)
		}
	}
}

func FuzzReadPlacement(f *testing.F) {
	for _, seed := range []string{
		`[[0, 1], [1, 0]]`, `{"physical_to_logical_map": [[0, 1]]}`, `{"layer_list": [{"layer_id": 0, "device_list": [{"device_id": 0, "device_expert": [0]}]}]}`,
		`{"initial_global_assignments": {"3": [0, 1]}}`, "{}\n{\"p2l_map\": [[0]]}", "initial_global_assignments:\n  3: [0]\n",
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, b []byte, isYAML bool) {
		in := input{content: b}
		if isYAML {
			if in.path = "a.yaml"; len(b) > 1<<12 {
				return // its parser is slow, and the limits are tested elsewhere
			}
		}
		m, err := decodePlacement(in, ReadOptions{})
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("an error of several lines: %q", err)
			}
			return
		}
		if len(m.experts) != m.layers*m.slots || m.checkComplete() != nil {
			t.Errorf("a bad placement was read: %+v", m)
		}
	})
}
