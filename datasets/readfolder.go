package datasets

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"packbench/internal/tensor"
	"packbench/internal/tree"
)

// metaFile describes a recording of TensorRT-LLM beside its ranks' files.
const metaFile = "meta_info.json"

// readFolder reads a folder with the files of a recording's ranks: those of
// SGLang's recorder (.pt) or of TensorRT-LLM's (.safetensors).
func readFolder(path string, opt ReadOptions) (*Loads, error) {
	if opt.Key != "" || opt.Format != "" {
		return nil, errors.New("a folder of ranks' files needs no --key and no --format")
	}
	files, others, err := rankFiles(path)
	if err != nil {
		return nil, err
	}
	rec, err := readRanks(path, files, opt)
	if err != nil {
		return nil, err
	}
	if len(others) > 0 {
		rec.notes = append(rec.notes, fmt.Sprintf("the folder's other files were not read: %s", listNames(others)))
	}
	loads, err := rec.loads()
	if err != nil {
		return nil, err
	}
	if err := opt.fits(loads); err != nil {
		return nil, err
	}
	return opt.choose(loads)
}

// rankFiles lists the files of ranks in a folder, all of one format, and the
// other files.
func rankFiles(path string) (files, others []string, err error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, nil, withoutPath(err)
	}
	formats := map[Format]int{}
	for _, e := range entries {
		name := e.Name()
		switch format := formatOf(name); {
		case strings.HasPrefix(name, "."), name == metaFile:
		case e.IsDir(), format != Torch && format != Safetensors:
			others = append(others, name)
		default:
			formats[format]++
			files = append(files, name)
		}
	}
	switch {
	case len(files) == 0:
		return nil, nil, fmt.Errorf("a folder with no rank file (.pt or .safetensors; it has %s): name a file in it", listNames(others))
	case len(formats) > 1:
		return nil, nil, fmt.Errorf("a folder with both .pt and .safetensors files: use one with the files of one recording")
	}
	return files, others, nil
}

// readRanks reads and adds up the files of all ranks.
func readRanks(path string, files []string, opt ReadOptions) (*recording, error) {
	var dicts []*tree.Dict
	size := 0
	for _, name := range files {
		in, err := readInput(filepath.Join(path, name), nil)
		if err != nil {
			return nil, err
		}
		d, n, err := in.dict()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if size += n; size > maxFile {
			return nil, fmt.Errorf("files of more than %d bytes together: that is the max", maxFile)
		}
		dicts = append(dicts, d)
	}
	r := reader{opt: opt, limit: size}
	if isIterations(dicts[0]) {
		return r.iterationRanks(path, files, dicts)
	}
	return r.passRanks(files, dicts)
}

// dict reads the dictionary that a rank's file is, and its size in bytes.
func (in input) dict() (*tree.Dict, int, error) {
	in, err := in.decompress()
	if err != nil {
		return nil, 0, err
	}
	format, err := in.format("")
	if err != nil {
		return nil, 0, err
	}
	docs, err := in.parse(format)
	if err != nil {
		return nil, 0, err
	}
	if len(docs.values) == 1 {
		if d, ok := docs.values[0].(*tree.Dict); ok {
			return d, len(in.content), nil
		}
	}
	return nil, 0, errors.New("not a rank's file of a recording: it holds no dictionary")
}

// passRanks adds up the files of SGLang's ranks.
func (r reader) passRanks(files []string, dicts []*tree.Dict) (*recording, error) {
	if len(files) == 1 && dicts[0].Has("logical_count") {
		return r.document(dicts[0]) // of mode stat, in which rank 0 writes the sum of all
	}
	var ranks []*rankPasses
	fileOf := map[int]string{}
	for i, d := range dicts {
		if !d.Has("records") {
			return nil, fmt.Errorf("%s is not a rank's file of a recording (it has %s): a folder is read as one recording; name a file", files[i], d.ListKeys())
		}
		rank, err := r.rankPasses(d)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", files[i], err)
		}
		for n := range rank.ranks {
			if other, ok := fileOf[n]; ok {
				return nil, fmt.Errorf("%s and %s are both of rank %d: use a folder with the files of one recording", other, files[i], n)
			}
			fileOf[n] = files[i]
		}
		ranks = append(ranks, rank)
	}
	if err := checkRanks(fileOf); err != nil {
		return nil, err
	}
	return sumRanks(ranks, files)
}

// checkRanks reports ranks that are missing: they are numbered from 0.
func checkRanks(fileOf map[int]string) error {
	for rank := range len(fileOf) {
		if _, ok := fileOf[rank]; !ok {
			return fmt.Errorf("the file of rank %d is missing: there are %d files", rank, len(fileOf))
		}
	}
	return nil
}

// iterationKey is the name of a tensor of TensorRT-LLM's expert statistic:
// iteration and layer.
var iterationKey = regexp.MustCompile(`^([0-9]{1,9})_([0-9]{1,9})$`)

// isIterations reports whether the names of a file's tensors are those of
// TensorRT-LLM's expert statistic.
func isIterations(d *tree.Dict) bool {
	for _, key := range d.Keys() {
		if !iterationKey.MatchString(key) {
			return false
		}
	}
	return len(d.Keys()) > 0
}

// iterations reads one rank's file of TensorRT-LLM's by itself; nil where d is
// no such file.
func (r reader) iterations(d *tree.Dict) (*recording, error) {
	if !isIterations(d) {
		return nil, nil
	}
	rec, err := r.iterationRank(d)
	if err == nil {
		rec.notes = append(rec.notes, "these are the counts of one rank alone: to sum those of all ranks, name the folder of their files")
	}
	return rec, err
}

// iterationRank takes the tensors of one rank, [experts] for each iteration and
// layer, as a step per iteration.
func (r reader) iterationRank(d *tree.Dict) (*recording, error) {
	var iterations, layers []int
	for _, key := range d.Keys() {
		m := iterationKey.FindStringSubmatch(key)
		iteration, _ := strconv.Atoi(m[1]) // the expression allows nothing else
		layer, _ := strconv.Atoi(m[2])
		iterations, layers = append(iterations, iteration), append(layers, layer)
	}
	slices.Sort(iterations)
	slices.Sort(layers)
	iterations, layers = slices.Compact(iterations), slices.Compact(layers)
	if len(iterations)*len(layers) != len(d.Keys()) {
		return nil, fmt.Errorf("%d tensors for %d iterations of %d layers: use one for each", len(d.Keys()), len(iterations), len(layers))
	}
	out := &recording{steps: len(iterations), layers: len(layers)}
	for _, iteration := range iterations {
		for _, layer := range layers {
			key := fmt.Sprintf("%d_%d", iteration, layer)
			v, err := d.Get(key)
			if err != nil {
				return nil, err
			}
			a, ok := v.(*tensor.Array)
			if !ok || len(a.Shape) != 1 || out.items > 0 && a.Shape[0] != out.items {
				return nil, fmt.Errorf("tensor %s is not one number per expert, as many as in the others", tree.Quote(key))
			}
			values, err := a.Float64s()
			if err != nil {
				return nil, fmt.Errorf("tensor %s: %w", key, err)
			}
			out.items = a.Shape[0]
			out.values = append(out.values, values...)
		}
	}
	return out, nil
}

// rankNumber is the rank in the name of a file.
var rankNumber = regexp.MustCompile(`^rank[_-]?([0-9]{1,9})\.safetensors(\.gz|\.zst)?$`)

// iterationRanks adds up the files of TensorRT-LLM's ranks.
func (r reader) iterationRanks(path string, files []string, dicts []*tree.Dict) (*recording, error) {
	fileOf := map[int]string{}
	var total *recording
	for i, d := range dicts {
		m := rankNumber.FindStringSubmatch(files[i])
		if m == nil || !isIterations(d) {
			return nil, fmt.Errorf("%s is not a rank's file of an expert statistic (rank0.safetensors, …)", files[i])
		}
		rank, _ := strconv.Atoi(m[1])
		if other, ok := fileOf[rank]; ok {
			return nil, fmt.Errorf("%s and %s are both of rank %d", other, files[i], rank)
		}
		fileOf[rank] = files[i]
		if !slices.Equal(slices.Sorted(slices.Values(d.Keys())), slices.Sorted(slices.Values(dicts[0].Keys()))) {
			return nil, fmt.Errorf("%s and %s have other iterations or layers: use files of one recording", files[0], files[i])
		}
		rec, err := r.iterationRank(d)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", files[i], err)
		}
		if total == nil {
			total = rec
		} else if err := total.add(rec); err != nil {
			return nil, fmt.Errorf("%s: %w", files[i], err)
		}
	}
	if err := checkRanks(fileOf); err != nil {
		return nil, err
	}
	return total, checkMeta(filepath.Join(path, metaFile), total.items)
}

// checkMeta compares the number of experts with that in the recording's
// description, where there is one.
func checkMeta(path string, experts int) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	in, err := readInput(path, nil)
	if err != nil {
		return err
	}
	d, _, err := in.dict()
	if err != nil {
		return fmt.Errorf("%s: %w", metaFile, err)
	}
	if v, _ := d.Get("num_experts"); v != nil && v != float64(experts) {
		return fmt.Errorf("%s says num_experts %s, the tensors have %d", metaFile, strings.TrimPrefix(tree.Describe(v), "the number "), experts)
	}
	return nil
}
