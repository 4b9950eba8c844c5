// Package torch reads what torch.save writes: .pt files, zip archives since
// PyTorch 1.6 and a row of pickles before. It knows tensors, numbers, strings,
// lists, tuples and dictionaries, and executes nothing.
package torch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"path"
	"strings"

	"packbench/internal/pickle"
	"packbench/internal/tree"
	"packbench/internal/zipfile"
)

// legacyMagic starts the files of PyTorch before 1.6: a pickle of the number
// 0x1950a86a20f9469cfc6c.
var legacyMagic = []byte("\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.")

// IsLegacy reports whether b begins as a .pt file that is not a zip archive.
func IsLegacy(b []byte) bool { return bytes.HasPrefix(b, legacyMagic) }

// IsArchive reports whether the entries of a zip archive are those of a .pt
// file.
func IsArchive(names []string) bool { return pickleEntry(names) != "" }

// pickleEntry returns the entry that holds the pickle, "" where there is none.
func pickleEntry(names []string) string {
	for _, name := range names {
		if path.Base(name) == "data.pkl" {
			return name
		}
	}
	return ""
}

// Read reads a .pt file. Arrays share memory with b.
func Read(b []byte) (tree.Value, error) {
	if IsLegacy(b) {
		return readLegacy(b)
	}
	archive, err := zipfile.Open(b)
	if err != nil {
		return nil, err
	}
	entry := pickleEntry(archive.Names())
	if entry == "" {
		return nil, errors.New("not a PyTorch file: the zip archive has no data.pkl")
	}
	return readArchive(archive, entry, len(b))
}

// readArchive reads the archive's pickle and the storages that it names.
func readArchive(archive *zipfile.Archive, entry string, size int) (tree.Value, error) {
	base := strings.TrimSuffix(entry, "data.pkl")
	if _, ok := archive.Size(base + "constants.pkl"); ok {
		return nil, errors.New("a TorchScript model: use a file that torch.save wrote")
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if _, ok := archive.Size(base + "byteorder"); ok {
		text, err := archive.Read(base+"byteorder", 16)
		if err != nil {
			return nil, fmt.Errorf("byteorder: %w", err)
		}
		if string(bytes.TrimSpace(text)) == "big" {
			order = binary.BigEndian
		}
	}
	left := inflated(size)
	b, err := archive.Read(entry, left)
	if err != nil {
		return nil, fmt.Errorf("data.pkl: %w", err)
	}
	left -= uint64(len(b))
	u := newUnpickler(order)
	value, _, err := pickle.Load(b, u.hooks())
	if err != nil {
		return nil, err
	}
	for _, key := range u.keys {
		data, err := archive.Read(base+"data/"+key, left)
		if err != nil {
			return nil, fmt.Errorf("storage %s: %w", tree.Quote(key), err)
		}
		left -= uint64(len(data))
		if err := u.storages[key].fill(data); err != nil {
			return nil, fmt.Errorf("storage %s: %w", tree.Quote(key), err)
		}
	}
	return value, u.finish()
}

// inflated is how much is read of an archive of size bytes. torch.save stores
// entries as they are; a tool that packed them again can win what deflate can, a
// factor of 1,032, of which a gigabyte is enough.
func inflated(size int) uint64 { return uint64(size) + min(1032*uint64(size), 1<<30) }

// readLegacy reads the older form: the magic number, the protocol, facts about
// the machine, the object and the keys of the storages, a pickle each, and then
// the storages.
func readLegacy(b []byte) (tree.Value, error) {
	at := len(legacyMagic)
	next := func(hooks pickle.Hooks) (tree.Value, error) {
		v, n, err := pickle.Load(b[at:], hooks)
		at += n
		return v, err
	}
	if _, err := next(pickle.Hooks{}); err != nil { // the protocol, 1001 always
		return nil, err
	}
	machine, err := next(pickle.Hooks{})
	if err != nil {
		return nil, err
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if facts, ok := machine.(*tree.Dict); ok {
		if little, _ := facts.Get("little_endian"); little == false {
			order = binary.BigEndian
		}
	}
	u := newUnpickler(order)
	value, err := next(u.hooks())
	if err != nil {
		return nil, err
	}
	keys, err := next(pickle.Hooks{})
	if err != nil {
		return nil, err
	}
	list, ok := keys.(tree.List)
	if !ok {
		return nil, errors.New("damaged: the keys of the storages are not a list")
	}
	for _, k := range list {
		key, _ := k.(string)
		s, ok := u.storages[key]
		if !ok {
			return nil, fmt.Errorf("damaged: storage %s belongs to no tensor", tree.Describe(k))
		}
		n, err := s.fillLegacy(b[at:], order)
		if err != nil {
			return nil, fmt.Errorf("storage %s: %w", tree.Quote(key), err)
		}
		at += n
	}
	return value, u.finish()
}
