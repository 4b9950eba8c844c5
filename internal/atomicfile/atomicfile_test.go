package atomicfile

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func write(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

func mustHold(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Fatalf("%s holds %q (%v), want %q", filepath.Base(path), got, err, want)
	}
}

func mustHaveOnly(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Fatalf("directory holds %q, want %q", got, names)
	}
}

func TestWriteCreatesAndReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.txt")
	for _, text := range []string{"first", "second, longer", ""} {
		if err := Write(path, write(text)); err != nil {
			t.Fatal(err)
		}
		mustHold(t, path, text)
	}
	mustHaveOnly(t, dir, "out.txt")
}

func TestWriteFailureLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.txt")
	if err := Write(path, write("old")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("no more")
	err := Write(path, func(w io.Writer) error {
		io.WriteString(w, "half of the new")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatalf("got error %v, want %v", err, broken)
	}
	mustHold(t, path, "old")
	mustHaveOnly(t, dir, "out.txt")
}

func TestWriteFailureLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	err := Write(filepath.Join(dir, "out.txt"), func(io.Writer) error { return io.ErrShortWrite })
	if !errors.Is(err, io.ErrShortWrite) {
		t.Fatalf("got error %v", err)
	}
	mustHaveOnly(t, dir)
}

func TestWriteUntilLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.txt")
	if err := Write(path, write("old")); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	err := WriteUntil(ctx, path, func(w io.Writer) error {
		io.WriteString(w, "half of the new")
		stop()
		<-ended // as what computes for long
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got error %v, want %v", err, context.Canceled)
	}
	mustHold(t, path, "old")
	mustHaveOnly(t, dir, "out.txt")
	close(ended)
}

func TestWriteKeepsPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions are not POSIX here")
	}
	path := filepath.Join(t.TempDir(), "out.txt")
	if err := os.WriteFile(path, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o666); err != nil { // beyond any umask
		t.Fatal(err)
	}
	if err := Write(path, write("x")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o666 {
		t.Fatalf("permissions %v (%v), want 0666", info.Mode(), err)
	}
}

func TestWriteOfALongName(t *testing.T) {
	dir := t.TempDir()
	name := strings.Repeat("é", 125) + ".txt"
	if err := Write(filepath.Join(dir, name), write("x")); err != nil {
		t.Fatal(err)
	}
	mustHaveOnly(t, dir, name)
}

func TestWriteFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "b"), filepath.Join(dir, "a")
	if err := os.WriteFile(target, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("b", link); err != nil {
		t.Skip(err)
	}
	if err := Write(link, write("new")); err != nil {
		t.Fatal(err)
	}
	mustHold(t, target, "new")
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Fatalf("the link was replaced (%v)", err)
	}
}

func TestWriteDoesNotReplaceDevices(t *testing.T) {
	before, err := os.Stat(os.DevNull)
	if err != nil {
		t.Skip(err)
	}
	if err := Write(os.DevNull, write("gone")); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(os.DevNull)
	if err != nil || after.Mode() != before.Mode() {
		t.Fatalf("%s changed from %v to %v", os.DevNull, before.Mode(), after.Mode())
	}
}

func TestWriteErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("kept"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, want string }{
		{dir, "is a directory: name a file"},
		{filepath.Join(dir, "none", "out.txt"), "there is no directory " + filepath.Join(dir, "none")},
		{filepath.Join(file, "out.txt"), file + " is not a directory"},
		{filepath.Join(file, "deep", "out.txt"), "is not a directory"},
		{filepath.Join(dir, strings.Repeat("n", 300)), "name another file"},
	} {
		for name, f := range map[string]func() error{
			"Write": func() error { return Write(c.path, write("x")) },
			"Check": func() error { return Check(c.path) },
		} {
			if err := f(); !errors.Is(err, ErrTarget) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s(%s): got error %v, want %q", name, c.path, err, c.want)
			}
		}
	}
	mustHold(t, file, "kept")
	mustHaveOnly(t, dir, "file")
}

func TestCheckLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := Check(file); err != nil {
		t.Fatal(err)
	}
	mustHaveOnly(t, dir)
	if err := os.WriteFile(file, []byte("kept"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, os.DevNull} {
		if err := Check(path); err != nil {
			t.Fatal(err)
		}
	}
	mustHold(t, file, "kept")
	mustHaveOnly(t, dir, "file")
}
