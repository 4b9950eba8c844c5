package datasets

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"packbench/internal/npz"
	"packbench/internal/pickle"
	"packbench/internal/safetensors"
	"packbench/internal/spec"
	"packbench/internal/torch"
	"packbench/internal/tree"
	"packbench/internal/zipfile"
)

// Format is a file format for loads.
type Format string

// The formats. Those of arrays hold [steps, layers, items], [layers, items] or
// one layer, [items]; JSON the same as nested lists, or what an engine records.
// The tables differ in how they are to be understood; each may be separated by
// commas, semicolons, tabs or spaces.
const (
	NPY         Format = "npy"
	NPZ         Format = "npz"
	Torch       Format = "pt"          // what torch.save writes
	Safetensors Format = "safetensors" // of Hugging Face
	JSON        Format = "json"        // one value, or JSON Lines
	Pickle      Format = "pickle"      // Python's, of plain data
	CSV         Format = "csv"         // a layer per line
	DecimalCSV  Format = "csv2"        // the same with decimal commas
	Indexed     Format = "indexed"     // the same with an index in the first column
	Long        Format = "long"        // layer, expert, load per line
)

// formats lists them for messages.
var formats = []string{"npy", "npz", "pt", "safetensors", "json", "pickle", "csv", "csv2", "indexed", "long"}

// FormatNames returns the formats that can be requested.
func FormatNames() []string { return slices.Clone(formats) }

// isTable reports whether the format is text in lines of fields.
func (f Format) isTable() bool {
	return f == CSV || f == DecimalCSV || f == Indexed || f == Long || f == anyTable
}

// anyTable is a table that shows by itself how it is to be understood.
const anyTable Format = "table"

// extensions tell formats.
var extensions = map[string]Format{
	".npy": NPY, ".npz": NPZ, ".pt": Torch, ".pth": Torch, ".safetensors": Safetensors, ".json": JSON, ".jsonl": JSON, ".ndjson": JSON,
	".pkl": Pickle, ".pickle": Pickle, ".csv": anyTable, ".tsv": anyTable,
}

// formatOf returns the format that the extension of path names, or "".
func formatOf(path string) Format {
	path = strings.TrimSuffix(path, compressedExtension(path))
	return extensions[strings.ToLower(filepath.Ext(path))]
}

// format returns the format of the input: the one asked for, the one that its
// name tells, or the one that its content shows.
func (in input) format(asked Format) (Format, error) {
	if asked != "" {
		if !slices.Contains(formats, string(asked)) {
			return "", fmt.Errorf("format %q: use %s", asked, strings.Join(formats, ", "))
		}
		return asked, nil
	}
	if other := foreign(in.content); other != "" {
		return "", errors.New(other)
	}
	if isYAML(in) {
		return "", errors.New("a YAML file: loads are not read from YAML, only placements")
	}
	if format := formatOf(in.path); format != "" {
		if format == Torch && bytes.HasPrefix(in.content, []byte("\x80")) && !torch.IsLegacy(in.content) {
			return Pickle, nil
		}
		return format, nil
	}
	return sniff(in.content), nil
}

// foreignKinds are files that are not read, by how they begin.
var foreignKinds = []struct{ start, what string }{
	{"PAR1", "a Parquet file: export it as CSV or NumPy arrays"},
	{"ARROW1", "an Arrow file: export it as CSV or NumPy arrays"},
	{"\xff\xff\xff\xff", "an Arrow stream: export it as CSV or NumPy arrays"},
	{"\x89HDF", "an HDF5 file: export it as NumPy arrays"},
	{"\xd0\xcf\x11\xe0", "an Excel workbook (.xls): save it as CSV"},
	{"MATLAB 5.0", "a MATLAB file: export it as CSV"},
	{"SQLite format 3", "an SQLite database: export a table as CSV"},
	{"BZh", "compressed with bzip2: use gzip or zstd, or unpack it"},
	{"\xfd7zXZ", "compressed with xz: use gzip or zstd, or unpack it"},
	{"7z\xbc\xaf", "a 7z archive: unpack it"},
	{"GGUF", "a GGUF model"},
	{"%PDF", "a PDF document"},
	{"\x89PNG", "a picture (PNG)"},
	{"RDX3", "an R data file: export it as CSV"},
	{"<!DOCTYPE", "an HTML page: use the file it links to"},
	{"<html", "an HTML page: use the file it links to"},
	{"version https://git-lfs", "a pointer of Git LFS: fetch the file itself with git lfs pull"},
}

// foreign says what a file is that is not read, "" where that is not known.
func foreign(b []byte) string {
	for _, kind := range foreignKinds {
		if bytes.HasPrefix(b, []byte(kind.start)) {
			return kind.what
		}
	}
	if len(b) > 262 && string(b[257:262]) == "ustar" {
		return "a tar archive: unpack it and name the folder"
	}
	return ""
}

// sniff tells the format from the first bytes.
func sniff(b []byte) Format {
	text := bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\ufeff")), " \t\r\n")
	switch {
	case bytes.HasPrefix(b, []byte("\x93NUMPY")):
		return NPY
	case bytes.HasPrefix(b, []byte("PK\x03\x04")), bytes.HasPrefix(b, []byte("PK\x05\x06")):
		return NPZ
	case torch.IsLegacy(b):
		return Torch
	case len(b) > 1 && b[0] == 0x80 && b[1] <= 5:
		return Pickle
	case safetensors.Is(b):
		return Safetensors
	case bytes.HasPrefix(text, []byte("{")), bytes.HasPrefix(text, []byte("[")):
		return JSON
	}
	return anyTable
}

// parse reads the documents in the input, one but for JSON Lines, as trees.
func (in input) parse(format Format) (documents, error) {
	b := in.content
	single := func(v tree.Value, err error) (documents, error) {
		return documents{values: []tree.Value{v}, ends: []int{len(b)}}, err
	}
	switch format {
	case NPY:
		return single(npz.ReadArray(b))
	case NPZ, Torch:
		if torch.IsLegacy(b) {
			return single(torch.Read(b))
		}
		return in.parseZip()
	case Safetensors:
		return single(safetensors.Read(b))
	case Pickle:
		v, n, err := pickle.Load(b, pickle.Hooks{})
		if err == nil && n < len(b) {
			err = fmt.Errorf("%d bytes follow the pickle: a file with one was expected", len(b)-n)
		}
		return single(v, err)
	}
	values, ends, err := tree.ParseJSON(bytes.TrimPrefix(b, []byte("\ufeff")))
	return documents{values: values, ends: ends}, err
}

// parseZip reads the zip archives among the formats: .npz and .pt.
func (in input) parseZip() (documents, error) {
	archive, err := zipfile.Open(in.content)
	if err != nil {
		return documents{}, err
	}
	names := archive.Names()
	if torch.IsArchive(names) {
		v, err := torch.Read(in.content)
		return documents{values: []tree.Value{v}, ends: []int{0}}, err
	}
	for _, name := range names {
		switch {
		case name == "[Content_Types].xml" && slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "xl/") }):
			return documents{}, errors.New("an Excel workbook (.xlsx): save it as CSV")
		case name == "mimetype" && slices.Contains(names, "content.xml"):
			return documents{}, errors.New("an OpenDocument file: save it as CSV")
		}
	}
	arrays, err := npz.OpenArchive(in.content)
	if err != nil {
		return documents{}, err
	}
	if len(arrays.Names()) == 0 && len(names) > 0 {
		return documents{}, fmt.Errorf("a zip archive without arrays (it has %s): unpack it", tree.Quote(path.Base(names[0])))
	}
	return documents{archive: arrays}, nil
}

// documents is what a file holds before anyone asks what it means.
type documents struct {
	values  []tree.Value
	ends    []int        // where each of the values ends, of JSON
	archive *npz.Archive // instead of values, as its arrays are read one at a time
}

// chooseArray reads the array of the key, or the only one.
func chooseArray(archive *npz.Archive, key string) (tree.Value, error) {
	names := archive.Names()
	switch {
	case len(names) == 0:
		return nil, errors.New("the archive has no arrays")
	case key == "" && len(names) > 1:
		return nil, fmt.Errorf("the archive has %d arrays: choose one with --key (%s)", len(names), listNames(names))
	case key == "":
		key = names[0]
	case !slices.Contains(names, key):
		return nil, fmt.Errorf("the archive has no array %s (it has %s)%s", tree.Quote(key), listNames(names), spec.Closest(key, names))
	}
	return archive.Read(key, MaxLoads)
}

// listNames lists names for a message, quoted where they are not plain words.
func listNames(names []string) string {
	var d tree.Dict
	for _, name := range names {
		d.Set(name, nil)
	}
	return d.ListKeys()
}
