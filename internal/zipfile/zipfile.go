// Package zipfile reads zip archives of unknown origin: no entry takes more
// memory than it is allowed, and none may lie over another.
package zipfile

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
)

// Archive is an open zip archive.
type Archive struct {
	names   []string
	entries map[string]*zip.File // by name, the last of each: later ones replace earlier ones
	content []byte
}

// Open opens an archive. It keeps b.
func Open(b []byte) (*Archive, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // nothing is written by these names
		return nil, fmt.Errorf("not a readable zip archive: %s", reason(err))
	}
	a := &Archive{entries: map[string]*zip.File{}, content: b}
	for _, f := range z.File {
		if _, ok := a.entries[f.Name]; !ok {
			a.names = append(a.names, f.Name)
		}
		a.entries[f.Name] = f
	}
	return a, checkOverlap(z.File)
}

func reason(err error) string { return strings.TrimPrefix(err.Error(), "zip: ") }

// checkOverlap refuses entries that share bytes, which honest archives do not
// have: that is how a small file unpacks to a huge one.
func checkOverlap(files []*zip.File) error {
	type span struct{ from, to int64 }
	spans := make([]span, 0, len(files))
	for _, f := range files {
		from, err := f.DataOffset()
		if err != nil {
			return fmt.Errorf("damaged: entry %q: %s", f.Name, reason(err))
		}
		if f.CompressedSize64 > 0 {
			spans = append(spans, span{from, from + int64(f.CompressedSize64)})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return int(min(1, max(-1, a.from-b.from))) })
	for i := 1; i < len(spans); i++ {
		if spans[i].from < spans[i-1].to {
			return errors.New("damaged: entries of the zip archive overlap")
		}
	}
	return nil
}

// Names lists the entries in the order of the file, each name once.
func (a *Archive) Names() []string { return a.names }

// Size is the size that the archive claims for an entry, and whether there is
// such an entry.
func (a *Archive) Size(name string) (uint64, bool) {
	f, ok := a.entries[name]
	if !ok {
		return 0, false
	}
	return f.UncompressedSize64, true
}

// Start returns the first bytes of an entry, at most n.
func (a *Archive) Start(name string, n int) ([]byte, error) {
	return a.read(name, func(f *zip.File, r io.Reader) ([]byte, error) {
		return io.ReadAll(io.LimitReader(r, int64(n)))
	})
}

// Read returns the bytes of an entry, which must be as many as the archive
// claims and at most limit. Bytes that are stored as they are share memory with
// the archive.
func (a *Archive) Read(name string, limit uint64) ([]byte, error) {
	return a.read(name, func(f *zip.File, r io.Reader) ([]byte, error) {
		size := f.UncompressedSize64
		if size > limit {
			return nil, fmt.Errorf("%d bytes: the limit is %d", size, limit)
		}
		if f.Method == zip.Store && f.CompressedSize64 == size {
			return a.stored(f)
		}
		data := bytes.NewBuffer(nil) // grows as bytes arrive, whatever the archive claims
		if _, err := io.Copy(data, io.LimitReader(r, int64(size)+1)); err != nil {
			return nil, fmt.Errorf("damaged: %s", reason(err))
		}
		if uint64(data.Len()) != size {
			return nil, fmt.Errorf("damaged: the entry claims %d bytes and has others", size)
		}
		return data.Bytes(), nil
	})
}

func (a *Archive) read(name string, read func(*zip.File, io.Reader) ([]byte, error)) ([]byte, error) {
	f, ok := a.entries[name]
	if !ok {
		return nil, fmt.Errorf("the archive has no entry %q", name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("cannot be opened: %s", reason(err))
	}
	defer r.Close()
	b, err := read(f, r)
	if err != nil && !strings.HasPrefix(err.Error(), "damaged") && errors.Is(err, zip.ErrChecksum) {
		return nil, fmt.Errorf("damaged: %s", reason(err))
	}
	return b, err
}

// stored returns the bytes of an entry that is not compressed.
func (a *Archive) stored(f *zip.File) ([]byte, error) {
	from, err := f.DataOffset()
	if err != nil {
		return nil, fmt.Errorf("damaged: %s", reason(err))
	}
	have := uint64(len(a.content))
	if uint64(from) > have || f.UncompressedSize64 > have-uint64(from) {
		return nil, errors.New("truncated: the entry reaches beyond the archive")
	}
	b := a.content[from : uint64(from)+f.UncompressedSize64]
	if crc32.ChecksumIEEE(b) != f.CRC32 {
		return nil, errors.New("damaged: checksum error")
	}
	return b, nil
}
