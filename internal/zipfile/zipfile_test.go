package zipfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// entry is one to write.
type entry struct {
	name    string
	method  uint16
	content string
}

func archiveOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: e.method})
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(e.content))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRead(t *testing.T) {
	a, err := Open(archiveOf(t, entry{"a", zip.Store, "old"}, entry{"b", zip.Deflate, strings.Repeat("x", 1000)}, entry{"../a", zip.Store, ""}, entry{"a", zip.Store, "new"}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b", "../a"}, a.Names()); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]string{"a": "new", "b": strings.Repeat("x", 1000), "../a": ""} {
		got, err := a.Read(name, 1000)
		if err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	if got, err := a.Start("b", 3); err != nil || string(got) != "xxx" {
		t.Errorf("start: got %q, %v", got, err)
	}
	if _, err := a.Read("b", 999); err == nil || err.Error() != "1000 bytes: the limit is 999" {
		t.Errorf("got error %v", err)
	}
	if _, err := a.Read("c", 1); err == nil || err.Error() != `the archive has no entry "c"` {
		t.Errorf("got error %v", err)
	}
}

func TestDamagedArchives(t *testing.T) {
	good := archiveOf(t, entry{"a", zip.Store, "content of a"}, entry{"b", zip.Deflate, strings.Repeat("content of b", 10)})
	flipped := bytes.Replace(good, []byte("content of a"), []byte("content of A"), 1)
	a, err := Open(flipped)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Read("a", 100); err == nil || err.Error() != "damaged: checksum error" {
		t.Errorf("flipped: got error %v", err)
	}
	// The directory says that b begins where a does.
	overlapping := bytes.Clone(good)
	second := bytes.LastIndex(overlapping, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(overlapping[second+42:], 0)
	if _, err := Open(overlapping); err == nil || err.Error() != "damaged: entries of the zip archive overlap" {
		t.Errorf("overlapping: got error %v", err)
	}
	// The directory says that b is larger than it is.
	boasting := bytes.Clone(good)
	binary.LittleEndian.PutUint32(boasting[second+24:], 1<<30)
	if a, err = Open(boasting); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Read("b", 1<<31); err == nil || !strings.HasPrefix(err.Error(), "damaged: ") {
		t.Errorf("boasting: got error %v", err)
	}
	if _, err := Open(good[:50]); err == nil || err.Error() != "not a readable zip archive: not a valid zip file" {
		t.Errorf("cut: got error %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(archiveOf(f))
	f.Add(archiveOf(f, entry{"a", zip.Store, "content of a"}, entry{"b", zip.Deflate, strings.Repeat("content of b", 10)}))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := Open(b)
		if err != nil {
			return
		}
		for _, name := range a.Names() {
			if content, err := a.Read(name, 1<<16); err == nil && len(content) > 1<<16 {
				t.Fatalf("%d bytes, more than the limit", len(content))
			}
			a.Start(name, 10)
		}
	})
}
