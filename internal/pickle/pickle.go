// Package pickle reads Python's pickles as data: numbers, strings, lists,
// tuples and dictionaries. It executes nothing. A pickle that asks for a class or
// a function is refused, by name, unless the caller gives that name a meaning.
//
// Memory and time grow with the length of the pickle only. The format is that of
// Python's pickletools, protocols 0 to 5.
package pickle

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"packbench/internal/tree"
)

// Tuple is a tuple, as hooks see it.
type Tuple []any

// Global is the name of a class or function.
type Global struct{ Module, Name string }

// String joins the two parts of the name.
func (g Global) String() string { return g.Module + "." + g.Name }

// Hooks give meaning to what a pickle cannot say by itself. A nil hook refuses.
type Hooks struct {
	// Known reports whether a class or function may be named at all.
	Known func(Global) bool
	// Call returns what calling the global, which is known, would make of args.
	Call func(g Global, args Tuple) (any, error)
	// Persistent returns the object outside the pickle that id names.
	Persistent func(id any) (any, error)
}

// maxDepth bounds how deep lists and dictionaries may be nested.
const maxDepth = 64

// maxValues bounds the values of a pickle: some gigabytes of memory.
const maxValues = 1 << 26

// list is a list under construction.
type list struct {
	items []any
	state int // of freeze: 0 not begun, 1 begun, 2 done
	done  tree.List
}

// mark is what MARK leaves on the stack.
type mark struct{}

// machine is the pickle machine of Python, less everything that calls.
type machine struct {
	hooks  Hooks
	b      []byte
	at     int
	stack  []any
	pushed int // values in all
	memo   map[int]any
	frozen map[*tree.Dict]int // state of freeze
	tuples map[*any]tree.List // what freeze made of tuples, by their first element
}

// Load reads the pickle that b begins with. It returns the value and the number
// of bytes read. Dictionary keys become strings.
func Load(b []byte, hooks Hooks) (v tree.Value, n int, err error) {
	m := machine{hooks: hooks, b: b, memo: map[int]any{}, frozen: map[*tree.Dict]int{}, tuples: map[*any]tree.List{}}
	raw, err := m.run()
	if err != nil {
		return nil, 0, err
	}
	v, err = m.freeze(raw, 0)
	return v, m.at, err
}

var (
	errShort = errors.New("truncated: the pickle ends early")
	errStack = errors.New("damaged: the pickle takes a value that is not there")
)

// take takes the next n bytes.
func (m *machine) take(n uint64) ([]byte, error) {
	if n > uint64(len(m.b)-m.at) {
		return nil, errShort
	}
	from := m.at
	m.at += int(n)
	return m.b[from:m.at:m.at], nil
}

// uint takes a little-endian number of size bytes.
func (m *machine) uint(size int) (uint64, error) {
	b, err := m.take(uint64(size))
	if err != nil {
		return 0, err
	}
	v := uint64(0)
	for i, c := range b {
		v |= uint64(c) << (8 * i)
	}
	return v, nil
}

// line takes the text up to the end of the line.
func (m *machine) line() (string, error) {
	end := bytes.IndexByte(m.b[m.at:min(len(m.b), m.at+maxLine)], '\n')
	if end < 0 {
		return "", errShort
	}
	text := string(m.b[m.at : m.at+end])
	m.at += end + 1
	return text, nil
}

// maxLine bounds the lines of protocol 0: numbers and names.
const maxLine = 1 << 12

func (m *machine) push(v any) {
	m.pushed++
	m.stack = append(m.stack, v)
}

func (m *machine) pop() (any, error) {
	if len(m.stack) == 0 {
		return nil, errStack
	}
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	if _, ok := v.(mark); ok {
		return nil, errStack
	}
	return v, nil
}

// popMark takes everything down to the last mark.
func (m *machine) popMark() ([]any, error) {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if _, ok := m.stack[i].(mark); ok {
			items := append([]any(nil), m.stack[i+1:]...)
			m.stack = m.stack[:i]
			return items, nil
		}
	}
	return nil, errStack
}

func (m *machine) top() (any, error) {
	v, err := m.pop()
	if err == nil {
		m.push(v)
	}
	return v, err
}

// appendTo appends to the list on top.
func (m *machine) appendTo(items ...any) error {
	top, err := m.top()
	if err != nil {
		return err
	}
	l, ok := top.(*list)
	if !ok {
		return errors.New("damaged: the pickle appends to what is not a list")
	}
	l.items = append(l.items, items...)
	return nil
}

// setItems sets pairs of keys and values of the dictionary on top.
func (m *machine) setItems(items []any) error {
	top, err := m.top()
	if err != nil {
		return err
	}
	d, ok := top.(*tree.Dict)
	if !ok || len(items)%2 != 0 {
		return errors.New("damaged: the pickle sets a key of what is not a dictionary")
	}
	for i := 0; i < len(items); i += 2 {
		key, err := keyText(items[i])
		if err != nil {
			return err
		}
		d.Set(key, items[i+1])
	}
	return nil
}

// keyText is a key of a dictionary as a string.
func keyText(key any) (string, error) {
	switch k := key.(type) {
	case string:
		return k, nil
	case float64:
		return strconv.FormatFloat(k, 'f', -1, 64), nil
	case bool:
		return strconv.FormatBool(k), nil
	case nil:
		return "None", nil
	}
	return "", errors.New("a dictionary with keys that are neither text nor numbers: use one of these")
}

// global refuses all names that have no meaning.
func (m *machine) global(module, name string) error {
	g := Global{module, name}
	if m.hooks.Known == nil || !m.hooks.Known(g) {
		return fmt.Errorf("a pickle of %s%s: only numbers, strings, lists, dictionaries and tensors are read, and nothing is executed", tree.Quote(g.String()), advice(g))
	}
	m.push(g)
	return nil
}

// advice says what to do about names that are seen often.
func advice(g Global) string {
	if strings.HasPrefix(g.Module, "numpy") {
		return " (a NumPy array; use numpy.save)"
	}
	return ""
}

// call applies the global below the arguments on top.
func (m *machine) call() error {
	args, err := m.pop()
	if err != nil {
		return err
	}
	callable, err := m.pop()
	if err != nil {
		return err
	}
	g, isGlobal := callable.(Global)
	tuple, isTuple := args.(Tuple)
	if !isGlobal || !isTuple || m.hooks.Call == nil {
		return errors.New("damaged: the pickle calls what is not a function")
	}
	v, err := m.hooks.Call(g, tuple)
	if err != nil {
		return err
	}
	m.push(v)
	return nil
}

func (m *machine) persistent(id any) error {
	if m.hooks.Persistent == nil {
		return errors.New("the pickle refers to data outside of it: it was taken out of another file")
	}
	v, err := m.hooks.Persistent(id)
	if err != nil {
		return err
	}
	m.push(v)
	return nil
}

// freeze turns what the machine made into values that no longer change. What
// two lists share stays shared, so a small pickle cannot make a large tree.
func (m *machine) freeze(v any, depth int) (tree.Value, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested more than %d deep, or within itself", maxDepth)
	}
	switch v := v.(type) {
	case *list:
		if v.state == 0 {
			v.state = 1
			var err error
			if v.done, err = m.freezeAll(v.items, depth); err != nil {
				return nil, err
			}
			v.state = 2
		}
		if v.state == 1 {
			return nil, errors.New("a list that holds itself")
		}
		return v.done, nil
	case Tuple:
		if len(v) == 0 {
			return tree.List{}, nil
		}
		done, ok := m.tuples[&v[0]]
		if !ok {
			var err error
			if done, err = m.freezeAll(v, depth); err != nil {
				return nil, err
			}
			m.tuples[&v[0]] = done
		}
		return done, nil
	case *tree.Dict:
		if m.frozen[v] == 1 {
			return nil, errors.New("a dictionary that holds itself")
		}
		if m.frozen[v] == 2 {
			return v, nil
		}
		m.frozen[v] = 1
		err := v.Replace(func(value tree.Value) (tree.Value, error) { return m.freeze(value, depth+1) })
		m.frozen[v] = 2
		return v, err
	case Global:
		return tree.Bad{Err: fmt.Errorf("the class %s", tree.Quote(v.String()))}, nil
	}
	return v, nil
}

func (m *machine) freezeAll(items []any, depth int) (tree.List, error) {
	out := make(tree.List, len(items))
	for i, item := range items {
		v, err := m.freeze(item, depth+1)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}
