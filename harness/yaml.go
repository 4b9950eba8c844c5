package harness

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"packbench/internal/spec"
	"packbench/runs"
)

// ReadExperiment reads the experiment in the YAML file at path. Workload files
// are named relative to that file. An experiment without a name has the
// file's.
func ReadExperiment(path string) (runs.Experiment, error) {
	text, err := readText(path)
	if err != nil {
		return runs.Experiment{}, fmt.Errorf("cannot read %s: %w", path, err)
	}
	e, err := ParseExperiment(text)
	if err != nil {
		return runs.Experiment{}, fmt.Errorf("%s: %w", path, err)
	}
	if e.Name == "" {
		e.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	if namesFiles(&e) {
		// Absolute, so that the run can be resumed from any folder.
		if e.Base, err = filepath.Abs(filepath.Dir(path)); err != nil {
			return runs.Experiment{}, err
		}
	}
	return e, nil
}

// namesFiles reports whether the experiment has files of loads.
func namesFiles(e *runs.Experiment) bool {
	return slices.ContainsFunc(e.Workloads, func(w runs.Workload) bool { return w.File != "" }) ||
		e.Replay != nil && slices.ContainsFunc(e.Replay.Traces, func(t runs.Trace) bool { return t.File != "" })
}

// readText reads the text of an experiment, of at most maxText bytes, whatever
// kind of file it comes from.
func readText(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		var text []byte
		if text, err = io.ReadAll(io.LimitReader(f, maxText+1)); err == nil {
			return text, nil // one byte too many is found by ParseExperiment
		}
	}
	var failure *fs.PathError
	if errors.As(err, &failure) {
		return nil, failure.Err
	}
	return nil, err
}

// The YAML library takes memory and time that grow with the square of the number
// of keys and of levels. An experiment needs little of either.
const (
	maxText  = 256 << 10 // bytes
	maxDepth = 100       // levels
)

// checkSize returns an error for text that the library must not see.
func checkSize(text []byte) error {
	if len(text) > maxText {
		return fmt.Errorf("more than %d bytes: that is the max for an experiment", maxText)
	}
	for number, line := range bytes.Split(text, []byte("\n")) {
		depth := bytes.Count(line, []byte("- ")) + indentation(line)
		if depth > maxDepth {
			return fmt.Errorf("line %d: nested more than %d deep: an experiment has three levels", number+1, maxDepth)
		}
	}
	depth := 0
	for _, b := range text {
		switch b {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		}
		if depth > maxDepth {
			return fmt.Errorf("brackets nested more than %d deep: an experiment has three levels", maxDepth)
		}
	}
	return nil
}

// indentation returns the number of levels that the indentation of line may
// stand for.
func indentation(line []byte) int {
	return (len(line) - len(bytes.TrimLeft(line, " "))) / 2
}

// ParseExperiment reads an experiment in YAML. What it leaves out has the value
// of [DefaultExperiment]. The error of a key that does not exist, of a value of
// the wrong type or of text that is not YAML begins with line and column. The
// values themselves are checked by [NewPlan].
func ParseExperiment(text []byte) (e runs.Experiment, err error) {
	defer func() {
		// The YAML library does not survive all malformed text.
		if v := recover(); v != nil {
			e, err = runs.Experiment{}, fmt.Errorf("invalid YAML: %v", v)
		}
	}()
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if err := checkSize(text); err != nil {
		return runs.Experiment{}, err
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return runs.Experiment{}, oneLine(err)
	}
	e = DefaultExperiment()
	for i, document := range file.Docs {
		if i > 0 {
			return runs.Experiment{}, at(document.GetToken(), "a second YAML document: an experiment is a single document")
		}
		if document.Body == nil {
			continue
		}
		var loose looseValue
		ast.Walk(&loose, document.Body)
		if loose.err != nil {
			return runs.Experiment{}, loose.err
		}
		if err := yaml.NodeToValue(document.Body, &e, yaml.Strict()); err != nil {
			return runs.Experiment{}, oneLine(err)
		}
	}
	return e, nil
}

// looseValue finds the values that the decoder would silently convert: no value
// of an experiment is a fraction or empty, or too large for 64 bits.
type looseValue struct{ err error }

// Visit implements [ast.Visitor].
func (v *looseValue) Visit(node ast.Node) ast.Visitor {
	switch n := node.(type) {
	case *ast.StringNode:
		// Numbers of more than 64 bits and those with an exponent come as text.
		if t := n.GetToken(); t.Type == token.StringType {
			if _, err := strconv.ParseFloat(t.Value, 64); err == nil || errors.Is(err, strconv.ErrRange) {
				v.err = at(t, "%s: use a whole number from 0 to 2^64 − 1 (or quotes, where it is text)", t.Value)
			}
		}
	case *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		v.err = at(node.GetToken(), "%s: use a whole number (or quotes, where it is text)", node.GetToken().Value)
	case *ast.SequenceNode:
		v.err = cutByComma(n)
	case *ast.NullNode:
		v.err = at(node.GetToken(), "a value is missing: fill it in or leave its key out")
	}
	if v.err != nil {
		return nil
	}
	return v
}

// cutByComma returns an error for a list in brackets with a value that is the end
// of one before: in lognormal:sigma=1,items=72 the comma ends a value.
func cutByComma(list *ast.SequenceNode) error {
	for i, value := range list.Values {
		text, ok := value.(*ast.StringNode)
		if !ok || !list.IsFlowStyle || i == 0 || text.GetToken().Type != token.StringType {
			continue
		}
		if strings.Contains(text.Value, "=") && !strings.Contains(text.Value, ":") {
			before := list.Values[i-1].GetToken().Value
			return at(text.GetToken(), "%q: in brackets a comma ends a value: write %q in quotes, or a value per line", text.Value, before+","+text.Value)
		}
	}
	return nil
}

// at returns an error that begins with the position of t.
func at(t *token.Token, format string, args ...any) error {
	message := strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
	if t == nil || t.Position == nil {
		return errors.New(message)
	}
	return fmt.Errorf("line %d, column %d: %s", t.Position.Line, t.Position.Column, message)
}

// oneLine rewrites an error of the YAML library, which quotes the source over
// several lines and speaks of Go types.
func oneLine(err error) error {
	var (
		unknown *yaml.UnknownFieldError
		kind    *yaml.TypeError
		large   *yaml.OverflowError
		located yaml.Error
	)
	switch {
	case errors.As(err, &unknown):
		key := unknown.Token.Value
		return at(unknown.Token, "unknown key %q%s", key, spec.Suggest(key, yamlKeys(runs.Experiment{}, runs.Workload{}, runs.Named{}, runs.Replay{}, runs.Topology{}, runs.Trace{}, runs.Prices{})))
	case errors.As(err, &kind):
		return at(kind.Token, "%q: use %s", kind.Token.Value, kindName(kind.DstType))
	case errors.As(err, &large):
		return at(large.Token, "%s: use a whole number from 0 to 2^64 − 1", large.SrcNum)
	case errors.As(err, &located):
		return at(located.GetToken(), "%s", plainKinds.Replace(located.GetMessage()))
	}
	return at(nil, "%s", err.Error())
}

// plainKinds words what the YAML library says of nodes.
var plainKinds = strings.NewReplacer("was used where sequence is expected", "where a list is expected", "was used where mapping is expected", "where keys with values are expected")

// kindName says in words what values a Go type holds.
func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int, reflect.Uint64:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	case reflect.Struct:
		return "a mapping"
	}
	return "text"
}

// yamlKeys returns the YAML keys of the given structs.
func yamlKeys(structs ...any) []string {
	var keys []string
	for _, s := range structs {
		t := reflect.TypeOf(s)
		for i := range t.NumField() {
			key := t.Field(i).Tag.Get("yaml")
			if key != "-" && !strings.HasPrefix(key, ",") && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}
