package python

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"packbench/internal/pythontest"
)

// startLoop starts a worker whose call never ends, and the call.
func startLoop(t *testing.T) *worker {
	t.Helper()
	h := NewHost(Options{Interpreter: pythontest.Interpreter(t, "numpy"), Threads: 1})
	t.Cleanup(func() { h.Close() })
	file := filepath.Join(t.TempDir(), "loop.py")
	if err := os.WriteFile(file, []byte("def balanced_packing(weight, num_packs):\n    print('begun')\n    while True: pass\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	p := &program{file: file, function: "balanced_packing", arrays: "numpy", block: "none", kind: kindPack, memory: 4 << 30, timeout: time.Minute}
	if err := p.read(); err != nil {
		t.Fatal(err)
	}
	w, err := startWorker(context.Background(), h, p, "cpu")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.stop)
	go w.ask(context.Background(), time.Minute, kindPack, kindPacked, make([]byte, 24), nil)
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(w.log.tail(w.logName), "begun"); {
		if time.Now().After(deadline) {
			t.Fatal("the call did not begin")
		}
		time.Sleep(time.Millisecond)
	}
	return w
}

// The end of the host closes the lifeline, and that ends a worker whatever it does.
func TestAWorkerDoesNotOutliveItsHost(t *testing.T) {
	w := startLoop(t)
	w.lifeline.Close()
	select {
	case <-w.dead:
	case <-time.After(5 * time.Second):
		t.Error("the worker lives on")
	}
}

func TestTheDirectoryIsRemoved(t *testing.T) {
	w := startLoop(t)
	if _, err := os.Stat(w.dir); err != nil {
		t.Fatal(err)
	}
	w.stop()
	if _, err := os.Stat(w.dir); !os.IsNotExist(err) {
		t.Errorf("the directory of the worker is still there: %v", err)
	}
}

func TestTheLogHasALimit(t *testing.T) {
	dir := t.TempDir()
	var l log
	l.write("a.log", []byte("before there is a directory\n"))
	l.directory(dir)
	line := bytes.Repeat([]byte("x"), 32<<10)
	for range maxLog/len(line) + 100 {
		l.write("a.log", line)
	}
	l.close()
	text, err := os.ReadFile(filepath.Join(dir, "a.log"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(text, []byte("before there is a directory\n")) || len(text) > maxLog+len(line)+100 || !bytes.Contains(text, []byte("no more than 8 MiB")) {
		t.Errorf("a log of %d bytes that begins %.40q", len(text), text)
	}
}

// Frames of any content are read or refused.
func FuzzFrames(f *testing.F) {
	f.Add(append(appendHeader(nil, kindPacked, 1, 3), "abc"...))
	f.Add([]byte("PBW1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var in frameReader
		got, err := in.read(bytes.NewReader(data), 1<<20)
		if err != nil {
			return
		}
		if again := append(appendHeader(nil, got.kind, got.sequence, len(got.body)), got.body...); !bytes.HasPrefix(data, again) {
			t.Errorf("%q is read as %q", data, again)
		}
	})
}

// Answers of any content are read or refused.
func FuzzAnswers(f *testing.F) {
	head := func(size byte) []byte { return append(append(make([]byte, 24), size), make([]byte, 7)...) }
	f.Add(append(head(2), 1, 0, 255, 255))
	f.Add(append(head(4), 1, 0, 0, 0, 255, 255, 255, 127))
	f.Add(head(3))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, _, err := readAnswer(data)
		if err != nil {
			return
		}
		out := make([]int32, 2)
		if err, short := a.numbers(out), len(data) < 32+2*a.size; (err != nil) != short {
			t.Errorf("two numbers of %d bytes in %d bytes: error %v", a.size, len(data)-32, err)
		}
	})
}
