package python_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cuda"
	"packbench/strategies/python"
)

const torchLPT = `
import torch

def balanced_packing(weight: torch.Tensor, num_packs: int):
    layers, items = weight.shape
    capacity = items // num_packs
    order = weight.sort(dim=-1, descending=True, stable=True).indices
    load, count = torch.zeros(layers, num_packs), torch.zeros(layers, num_packs, dtype=torch.int64)
    pack_index = torch.empty(layers, items, dtype=torch.int64)
    rank = torch.empty_like(pack_index)
    row = torch.arange(layers)
    for i in range(items):
        item = order[:, i]
        pack = torch.where(count < capacity, load, torch.inf).argmin(dim=1)
        pack_index[row, item], rank[row, item] = pack, count[row, pack]
        load[row, pack] += weight[row, item]
        count[row, pack] += 1
    return pack_index, rank
`

func TestATorchProgramPacksAsOursDoes(t *testing.T) {
	h := newHost(t, "torch")
	p := problem(t, shape)
	_, r := prepare(t, h, "python:file="+write(t, "lpt.py", torchLPT), shape)
	out := packing.NewPacking(shape)
	report, err := r.Pack(context.Background(), p, strategies.Random{}, out)
	if err != nil {
		t.Fatal(err)
	}
	_, ours := prepare(t, h, "lpt", shape)
	want := packing.NewPacking(shape)
	if _, err := ours.Pack(context.Background(), p, strategies.Random{}, want); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(out.PackIndex, want.PackIndex) || !slices.Equal(out.RankInPack, want.RankInPack) || len(report.Warnings) > 0 {
		t.Errorf("packing %v, want %v; warnings %q", out.PackIndex, want.PackIndex, report.Warnings)
	}
	if i := slices.IndexFunc(h.Facts(), func(f strategies.Fact) bool { return f.Name == "torch threads" }); i < 0 || h.Facts()[i].Value != "1" {
		t.Errorf("facts %v, want 1 thread of torch", h.Facts())
	}
}

func TestTorchFaults(t *testing.T) {
	h := newHost(t, "torch")
	tests := []struct{ name, body, want string }{
		{"NaN", "return index * float('nan'), rank", "pack_index has dtype torch.float32 and holds NaN"},
		{"out of memory", "return torch.ones(1 << 40), rank", "allocate"},
		{"draws that are seeded", "i = torch.rand(3, 12).argsort(1); return i // 3, i % 3", "done"},
	}
	p := problem(t, shape)
	for _, tt := range tests {
		file := write(t, "fault.py", "import torch\ndef balanced_packing(weight, num_packs):\n"+
			"    index = (torch.arange(12) // 3).repeat(3, 1)\n    rank = (torch.arange(12) % 3).repeat(3, 1)\n    "+tt.body+"\n")
		_, r := prepare(t, h, "python:memory=16384,file="+file, shape)
		for range 2 {
			report, err := r.Pack(context.Background(), p, strategies.Random{}, packing.NewPacking(shape))
			got := "done"
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, tt.want) || len(report.Warnings) > 0 {
				t.Errorf("%s: %q, warnings %q; want %q", tt.name, got, report.Warnings, tt.want)
			}
			if err != nil {
				break
			}
		}
	}
}

// Where the text does not tell, a tiny problem is tried with both kinds of arrays.
func TestArraysAreChosen(t *testing.T) {
	h := newHost(t, "torch", "numpy")
	const answer = "\n    i = np.tile(np.arange(12), (3, 1)); return i // 3, i % 3\n"
	const tiny = "\n    n = weight.shape[1]; i = np.tile(np.arange(n), (len(weight), 1)); return i // (n // num_packs), i % (n // num_packs)\n"
	tests := []struct{ name, spec, text string }{
		{"annotated", "", "import numpy as np\nimport torch\ndef balanced_packing(weight: 'torch.Tensor', num_packs):\n    weight.numel()" + answer},
		{"annotated with NumPy", "", "import numpy as np\nimport torch\ndef balanced_packing(weight: np.ndarray, num_packs):\n    weight.astype(int)" + answer},
		{"found by trying", "", "import numpy as np\nimport torch\ndef balanced_packing(weight, num_packs):\n    weight.numel()" + tiny},
		{"torch imported within", "", "import numpy as np\ndef balanced_packing(weight, num_packs):\n    import torch\n    torch.from_numpy(weight)" + tiny},
		{"named parameters", "arrays=numpy,", "import numpy as np\ndef balanced_packing(*, num_packs, weight):\n    weight.astype(int)" + answer},
	}
	for _, tt := range tests {
		_, r := prepare(t, h, "python:"+tt.spec+"file="+write(t, "arrays.py", tt.text), shape)
		if _, err := r.Pack(context.Background(), problem(t, shape), strategies.Random{}, packing.NewPacking(shape)); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// A program of NumPy does not run on a GPU, and the backend says so as it says of
// every strategy that it cannot execute.
func TestNumPyIsNotSupportedOnCUDA(t *testing.T) {
	h := newHost(t, "numpy")
	s, err := strategies.Registry{python.Definition(h)}.Parse("python:file=" + write(t, "snake.py", snake))
	if err != nil {
		t.Fatal(err)
	}
	r, err := cuda.New(cuda.Options{}).Prepare(s, shape)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	_, err = r.Pack(context.Background(), problem(t, shape), strategies.Random{}, packing.NewPacking(shape))
	if !errors.Is(err, strategies.ErrUnsupported) {
		t.Errorf("error %v, want %v", err, strategies.ErrUnsupported)
	}
}
