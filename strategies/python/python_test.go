package python_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/internal/pythontest"
	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
	"packbench/strategies/python"
)

// newHost returns a host that is closed at the end of the test.
func newHost(t testing.TB, modules ...string) *python.Host {
	t.Helper()
	h := python.NewHost(python.Options{Interpreter: pythontest.Interpreter(t, modules...), Threads: 1})
	t.Cleanup(func() { h.Close() })
	return h
}

// write writes a program and returns its path.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// prepare returns the strategy that spec names and a runner for it on the CPU.
func prepare(t testing.TB, h *python.Host, spec string, shape packing.Shape) (strategies.Strategy, strategies.Runner) {
	t.Helper()
	s, err := append(strategies.Builtin(), python.Definition(h)).Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	backend := cpu.New(cpu.Options{Threads: 1})
	r, err := backend.Prepare(s, shape)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return s, r
}

// problem returns a problem with loads that all differ.
func problem(t testing.TB, shape packing.Shape) *packing.Problem {
	t.Helper()
	weights := make([]float32, shape.Layers*shape.Items)
	for i := range weights {
		weights[i] = float32(i*7919%997 + 1)
	}
	p, err := packing.New(weights, shape.Layers, shape.Items, shape.Packs)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var shape = packing.Shape{Layers: 3, Items: 12, Packs: 4}

const snake = `
import numpy as np

def balanced_packing(weight, num_packs):
    layers, items = weight.shape
    order = np.argsort(-weight, axis=1, kind="stable")
    row, place = np.divmod(np.arange(items), num_packs)
    pack = np.where(row % 2 == 0, place, num_packs - 1 - place)
    pack_index, rank = np.empty((layers, items), int), np.empty((layers, items), int)
    np.put_along_axis(pack_index, order, pack[None, :], axis=1)
    np.put_along_axis(rank, order, row[None, :], axis=1)
    return pack_index, rank
`

func TestAProgramPacksAsOursDoes(t *testing.T) {
	h := newHost(t, "numpy")
	p := problem(t, shape)
	_, r := prepare(t, h, "python:file="+write(t, "snake.py", snake), shape)
	out := packing.NewPacking(shape)
	report, err := r.Pack(context.Background(), p, strategies.Random{}, out)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := strategies.Builtin().Parse("snake")
	if err != nil {
		t.Fatal(err)
	}
	want, err := strategies.Pack(context.Background(), cpu.New(cpu.Options{}), ours, p, strategies.Random{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(out.PackIndex, want.PackIndex) || !slices.Equal(out.RankInPack, want.RankInPack) {
		t.Errorf("packing %v, want %v", out, want)
	}
	if report.Time <= 0 || len(report.Stages) != 3 || len(report.Warnings) != 0 {
		t.Errorf("report %+v, want a time, three stages and no warning", report)
	}
}

// Numbers travel in two bytes or in four, by what the answer holds; as many types give
// them.
func TestNumbersOfAnySizeArrive(t *testing.T) {
	h := newHost(t, "numpy")
	for _, packs := range []int{32768, 32769} { // packs from 0 to 32,767, and one more
		for _, dtype := range []string{"int64", "int32", "uint32", "uint64"} {
			shape := packing.Shape{Layers: 1, Items: packs, Packs: packs}
			_, r := prepare(t, h, "python:file="+write(t, "one.py", fmt.Sprintf(`
import numpy as np

def balanced_packing(weight, num_packs):
    packs = np.arange(num_packs, dtype="%s")[None, ::-1]
    return packs, np.zeros_like(packs)
`, dtype)), shape)
			out := packing.NewPacking(shape)
			if _, err := r.Pack(context.Background(), problem(t, shape), strategies.Random{}, out); err != nil {
				t.Fatal(err)
			}
			for i, pack := range out.PackIndex {
				if int(pack) != packs-1-i || out.RankInPack[i] != 0 {
					t.Fatalf("%s: item %d is in pack %d at rank %d, want pack %d at rank 0", dtype, i, pack, out.RankInPack[i], packs-1-i)
				}
			}
		}
	}
}

// Each fault ends the call with one line that says what was wrong, and the next
// program of the same host runs.
func TestFaultsAreErrorsOfTheirCall(t *testing.T) {
	h := newHost(t, "numpy")
	tests := []struct{ name, body, want string }{
		{"a wrong shape", "return np.zeros((3, 11), int), rank", "pack_index has shape [3, 11]: return [3, 12]"},
		{"a wrong number of dimensions", "return index, rank.ravel()", "rank_in_pack has shape [36]: return [3, 12]"},
		{"floats", "return index.astype(np.float32), rank", "pack_index has dtype float32: return whole numbers"},
		{"NaN", "return index * np.nan, rank", "pack_index has dtype float64 and holds NaN"},
		{"booleans", "return index > 1, rank", "pack_index has dtype bool"},
		{"objects", "return index.astype(object), rank", "pack_index has dtype object"},
		{"rows of different lengths", "return [[1], [1, 2], [3]], rank", "pack_index"},
		{"numbers beyond int32", "return index + 2**40, rank", "pack_index holds 1099511627779, which is out of range"},
		{"one array", "return index", "the answer is ndarray: return (pack_index, rank_in_pack)"},
		{"three arrays", "return index, rank, rank", "the answer is tuple of 3"},
		{"nothing", "pass", "the answer is NoneType"},
		{"an exception", "raise ValueError('no\\n  luck')", "ValueError: no luck (fault.py, line 6, in balanced_packing)"},
		{"an exception without text", "raise KeyError", "KeyError (fault.py, line 6, in balanced_packing)"},
		{"an exception of NumPy", "np.zeros(3).reshape(2, 2)", "ValueError: cannot reshape array of size 3 into shape (2,2) (fault.py, line 6"},
		{"an exception that has no text", "class E(Exception):\n        def __str__(self): raise E\n    raise E", "E: (no text)"},
		{"endless recursion", "return balanced_packing(weight, num_packs)", "RecursionError: maximum recursion depth exceeded"},
		{"sys.exit", "import sys; sys.exit(3)", "called sys.exit(3) (fault.py, line 6"},
		{"os._exit", "os._exit(4)", "ended its process with status 4"},
		{"a segmentation fault", "import ctypes; ctypes.string_at(0)", "crashed: segmentation fault (fault.py, line 6, in balanced_packing)"},
		{"an abort", "os.abort()", "crashed: aborted (fault.py, line 6"},
		{"a killed worker", "os.kill(os.getpid(), 9)", "the worker was killed (SIGKILL)"},
		{"a killed group", "os.killpg(0, 9)", "the worker was killed (SIGKILL)"},
		{"memory", "return np.ones(1 << 40), rank", "ran out of memory under its limit"},
		{"memory bit by bit", "keep = [np.zeros(1 << 27) for _ in range(10)]; return index, rank", "ran out of memory under its limit"},
		{"a large file", "f = open('big', 'wb'); f.seek(300 << 20); f.write(b'x'); f.flush()", "OSError: [Errno 27] File too large"},
		{"too many files", "[open('f%d' % i, 'w') for i in range(2000)]; files = [os.open('f', os.O_CREAT) for i in range(2000)]", "Too many open files"},
		{"garbage in the protocol", "os.write(4, b'what is this, a frame? it is not')", "the program wrote to the pipe of the protocol"},
		{"closed files", "os.closerange(3, 100)", ""},
		{"a fork that returns", "pid = os.fork()\n    if pid: os.waitpid(pid, 0)\n    return index, rank", "done"},
		{"a fork that stays", "if os.fork() == 0:\n        import time; time.sleep(100)\n    return index, rank", "done"},
		{"prints", "print('hello', flush=True); os.write(1, b'raw'); os.system('echo from a shell')\n    return index, rank", "done"},
		{"writes to its input", "weight[:] = np.nan\n    return index, rank", "done"},
		{"closed standard files", "import sys; sys.stdout.close(); sys.stderr.close()\n    return index, rank", "done"},
		{"a worker that stops", "os.kill(os.getpid(), 19)", "took longer than"},
		{"another group", "os.setpgid(0, os.getpgid(os.getppid())); os.kill(os.getpid(), 19)", "took longer than"},
		{"a lazy answer", "class Lazy:\n        def __array__(self, *_, **__): return index\n    return Lazy(), rank", "pack_index is Lazy: return an array"},
		{"a dictionary", "return {'pack_index': index, 'rank_in_pack': rank}", "the answer is dict"},
		{"lists", "return index.tolist(), rank.tolist()", "done"},
		{"another clock", "import time; time.perf_counter_ns = lambda: 0\n    return index, rank", "done"},
		{"threads that stay", "import threading, time; threading.Thread(target=time.sleep, args=(100,)).start()\n    return index, rank", "done"},
		{"another directory", "os.chdir('/')\n    return index, rank", "done"},
	}
	p := problem(t, shape)
	good := write(t, "snake.py", snake)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, healthy := prepare(t, h, "python:file="+good, shape)
			file := write(t, "fault.py", "import os\nimport numpy as np\ndef balanced_packing(weight, num_packs):\n"+
				"    index = np.tile(np.arange(12) // 3, (3, 1))\n    rank = np.tile(np.arange(12) % 3, (3, 1))\n    "+tt.body+"\n")
			limit := ""
			if strings.HasPrefix(tt.want, "took longer") {
				limit = ",timeout=500ms"
			}
			_, r := prepare(t, h, "python:memory=4096,file="+file+limit, shape)
			_, err := r.Pack(context.Background(), p, strategies.Random{}, packing.NewPacking(shape))
			got := "done"
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, tt.want) || tt.want != "done" && got == "done" || strings.Contains(got, "\n") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if _, err := healthy.Pack(context.Background(), p, strategies.Random{}, packing.NewPacking(shape)); err != nil {
				t.Errorf("another program: %v", err)
			}
		})
	}
}

// What only the rules of the problem forbid is found by the validator.
func TestAnswersThatBreakTheRulesAreFound(t *testing.T) {
	h := newHost(t, "numpy")
	p := problem(t, shape)
	tests := []struct{ name, answer, want string }{
		{"a full pack", "return index * 0, rank", "pack"},
		{"a rank twice", "return index, rank * 0", "rank"},
		{"a negative pack", "return index - 1, rank", "pack"},
		{"a pack that does not exist", "return index + 1, rank", "pack"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := write(t, "fault.py", "import numpy as np\ndef balanced_packing(weight, num_packs):\n"+
				"    index = np.tile(np.arange(12) // 3, (3, 1))\n    rank = np.tile(np.arange(12) % 3, (3, 1))\n    "+tt.answer+"\n")
			_, r := prepare(t, h, "python:file="+file, shape)
			out := packing.NewPacking(shape)
			if _, err := r.Pack(context.Background(), p, strategies.Random{}, out); err != nil {
				t.Fatal(err)
			}
			if err := out.Validate(p); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one about %s", err, tt.want)
			}
		})
	}
}

// The text of a program is what Python takes it for: with a byte order mark, in
// another encoding, with modules beside it.
func TestTextsOfPrograms(t *testing.T) {
	h := newHost(t, "numpy")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "beside.py"), []byte(snake), 0o666); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, text, want string }{
		{"bom.py", "\ufeff" + snake, ""},
		{"crlf.py", strings.ReplaceAll(snake, "\n", "\r\n"), ""},
		{"latin.py", "# coding: latin-1\nassert len('\xe9') == 1\n" + snake, ""},
		{"import.py", "from beside import balanced_packing\n", ""},
		{"main.py", snake + "\nif __name__ == '__main__':\n    raise SystemExit\n", ""},
		{"data.py", "import dataclasses\n@dataclasses.dataclass\nclass D:\n    x: 'int' = 1\n" + snake, ""},
		{"random.py", snake, ""},
		{"utf8.py", "x = '\xff\xfe'\n", "utf8.py"},
		{"nul.py", "x = 1\x00\n", "nul.py"},
		{"empty.py", "", "empty.py has no function balanced_packing: it has none"},
		{"number.py", "balanced_packing = 3", "balanced_packing in number.py is not a function but int"},
	}
	for _, tt := range tests {
		path := filepath.Join(dir, tt.name)
		text := []byte(tt.text)
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		s, err := strategies.Registry{python.Definition(h)}.Parse("python:file=" + path)
		if tt.want != "" {
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: error %v, want %q", tt.name, err, tt.want)
			}
			continue
		}
		if err == nil {
			_, err = strategies.Pack(context.Background(), cpu.New(cpu.Options{Threads: 1}), s, problem(t, shape), strategies.Random{})
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestAnEndlessLoopEndsAtTheLimit(t *testing.T) {
	h := newHost(t, "numpy")
	for _, body := range []string{
		"while True: pass",
		"import time; time.sleep(1000)",
		"import signal; signal.signal(signal.SIGABRT, signal.SIG_IGN); signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    while True: pass",
		"__import__('re').match('(a+)+$', 'a' * 60 + 'b')", // within C, holding the interpreter
		"while True: print('x' * 10000)",
	} {
		file := write(t, "loop.py", "def balanced_packing(weight, num_packs):\n    "+body+"\n")
		_, r := prepare(t, h, "python:arrays=numpy,timeout=300ms,file="+file, shape)
		_, err := r.Pack(context.Background(), problem(t, shape), strategies.Random{}, packing.NewPacking(shape))
		if !errors.Is(err, strategies.ErrTimeLimit) || !strings.HasPrefix(err.Error(), "took longer than 300ms") {
			t.Errorf("%s: error %v, want that of the time limit", body, err)
		}
		if !strings.Contains(body, "SIGABRT") && !strings.Contains(err.Error(), "loop.py, line 2, in balanced_packing") {
			t.Errorf("%s: error %q does not say where", body, err)
		}
	}
}

// The deadline of a context is a limit of the call, not of the start of a worker, which
// takes longer than this one.
func TestADeadlineIsThatOfTheCall(t *testing.T) {
	h := newHost(t, "numpy")
	p := problem(t, shape)
	_, slow := prepare(t, h, "python:file="+write(t, "slow.py", "import os, time\n"+snake+`
time.sleep(.3)
good = balanced_packing

def balanced_packing(weight, num_packs):
    if not os.path.exists(__file__ + ".died"):
        open(__file__ + ".died", "w")
        os.kill(os.getpid(), 9)
    return good(weight, num_packs)
`), shape)
	if _, err := slow.Pack(context.Background(), p, strategies.Random{}, packing.NewPacking(shape)); err == nil {
		t.Fatal("the worker lives")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if _, err := slow.Pack(ctx, p, strategies.Random{}, packing.NewPacking(shape)); err != nil {
		t.Errorf("a program that loads slowly: %v", err)
	}
	_, loop := prepare(t, h, "python:arrays=numpy,file="+write(t, "loop.py", "def balanced_packing(weight, num_packs):\n    while True: pass\n"), shape)
	ctx, cancel = context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if _, err := loop.Pack(ctx, p, strategies.Random{}, packing.NewPacking(shape)); !errors.Is(err, strategies.ErrTimeLimit) {
		t.Errorf("error %v, want that of the time limit", err)
	}
}

func TestAContextEndsACall(t *testing.T) {
	h := newHost(t, "numpy")
	file := write(t, "loop.py", "def balanced_packing(weight, num_packs):\n    while True: pass\n")
	_, r := prepare(t, h, "python:arrays=numpy,file="+file, shape)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Pack(ctx, problem(t, shape), strategies.Random{}, packing.NewPacking(shape)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// A worker that has died is replaced, and a program that fails now and then goes on.
func TestAWorkerIsStartedAgain(t *testing.T) {
	h := newHost(t, "numpy")
	file := write(t, "once.py", snake+`
good = balanced_packing

def balanced_packing(weight, num_packs):
    import os
    if weight[0, 0] == 0:
        os.kill(os.getpid(), 9)
    return good(weight, num_packs)
`)
	_, r := prepare(t, h, "python:file="+file, shape)
	healthy, deadly := problem(t, shape), problem(t, shape)
	deadly.Weights[0] = 0
	for i := range 2 {
		if _, err := r.Pack(context.Background(), deadly, strategies.Random{}, packing.NewPacking(shape)); err == nil {
			t.Error("no error from a worker that was killed")
		}
		out := packing.NewPacking(shape)
		if _, err := r.Pack(context.Background(), healthy, strategies.Random{}, out); err != nil {
			t.Errorf("after %d deaths: %v", i+1, err)
		} else if err := out.Validate(healthy); err != nil {
			t.Error(err)
		}
	}
}

func TestDrawsAreSeeded(t *testing.T) {
	h := newHost(t, "numpy")
	file := write(t, "draws.py", `
import random
import numpy as np

def balanced_packing(weight, num_packs):
    layers, items = weight.shape
    capacity = items // num_packs
    slots = [np.random.permutation(items) for _ in range(layers)]
    for row in slots:
        i, j = random.sample(range(items), 2)
        row[i], row[j] = row[j], row[i]
    slots = np.stack(slots)
    return slots // capacity, slots % capacity
`)
	_, r := prepare(t, h, "python:file="+file, shape)
	p := problem(t, shape)
	first, again := packing.NewPacking(shape), packing.NewPacking(shape)
	for _, seed := range []uint64{0, 1, 1 << 32, 1<<64 - 1} {
		var report strategies.Report
		for _, out := range []*packing.Packing{first, again} {
			var err error
			if report, err = r.Pack(context.Background(), p, strategies.Random{Seed: seed}, out); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(first.PackIndex, again.PackIndex) || len(report.Warnings) > 0 {
			t.Errorf("seed %d: two calls differ; warnings %q", seed, report.Warnings)
		}
	}
	other := packing.NewPacking(shape)
	if _, err := r.Pack(context.Background(), p, strategies.Random{Seed: 7}, other); err != nil {
		t.Fatal(err)
	}
	if slices.Equal(first.PackIndex, other.PackIndex) {
		t.Error("another seed gives the same packing")
	}
}

func TestChangingAnswersAreReported(t *testing.T) {
	h := newHost(t, "numpy")
	const head = `
import time
import numpy as np
calls = 0
cache = {}

def slots(order, num_packs):
    capacity = order.shape[1] // num_packs
    return order // capacity, order % capacity
`
	tests := []struct{ name, body, want string }{
		{"unseeded draws", `
def balanced_packing(weight, num_packs):
    rng = np.random.default_rng()
    return slots(np.stack([rng.permutation(weight.shape[1]) for _ in weight]), num_packs)
`, "in 3 of 4 calls with the same loads and seed: the program draws from a source that is not seeded"},
		{"a counter", `
def balanced_packing(weight, num_packs):
    global calls
    calls += 1
    return slots((np.tile(np.arange(weight.shape[1]), (len(weight), 1)) + calls) % weight.shape[1], num_packs)
`, "in 3 of 4 calls with the same loads and seed: the program keeps state from call to call"},
		{"a cache that forgets what it is for", `
def balanced_packing(weight, num_packs):
    if weight[0, 0] == 0 or weight.shape not in cache:
        cache[weight.shape] = np.argsort(weight, axis=1)
    return slots(cache[weight.shape], num_packs)
`, "the program keeps state from call to call"},
	}
	p, other := problem(t, shape), problem(t, shape)
	slices.Reverse(other.Weights)
	other.Weights[0] = 0
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, r := prepare(t, h, "python:file="+write(t, "state.py", head+tt.body), shape)
			var last string
			for range 4 {
				out := packing.NewPacking(shape)
				report, err := r.Pack(context.Background(), p, strategies.Random{}, out)
				if err != nil {
					t.Fatal(err)
				}
				last = strings.Join(report.Warnings, "; ")
				if strings.HasPrefix(tt.name, "a cache") {
					if _, err := r.Pack(context.Background(), other, strategies.Random{}, out); err != nil {
						t.Fatal(err)
					}
				}
			}
			if !strings.Contains(last, tt.want) {
				t.Errorf("warning %q, want %q", last, tt.want)
			}
		})
	}
}

// The packing that is returned with a warning is the one of that call, not that of
// the call that found out why.
func TestTheAnswerIsThatOfItsCall(t *testing.T) {
	h := newHost(t, "numpy")
	_, r := prepare(t, h, "python:file="+write(t, "count.py", `
import numpy as np
calls = 0
def balanced_packing(weight, num_packs):
    global calls
    calls += 1
    slots = (np.tile(np.arange(weight.shape[1]), (len(weight), 1)) + calls) % weight.shape[1]
    return slots // 3, slots % 3
`), shape)
	p := problem(t, shape)
	for call := 1; call <= 3; call++ {
		out := packing.NewPacking(shape)
		if _, err := r.Pack(context.Background(), p, strategies.Random{}, out); err != nil {
			t.Fatal(err)
		}
		if got, want := out.RankInPack[0], int32(call%12%3); got != want {
			t.Errorf("call %d: rank %d, want %d", call, got, want)
		}
	}
}
