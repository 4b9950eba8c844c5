package torch

import (
	"encoding/binary"
	"errors"
	"fmt"

	"packbench/internal/pickle"
	"packbench/internal/tensor"
	"packbench/internal/tree"
)

// storageTypes are the classes of typed storages, by name in module torch.
var storageTypes = map[string]tensor.Type{
	"CharStorage": tensor.Int8, "ShortStorage": tensor.Int16, "IntStorage": tensor.Int32, "LongStorage": tensor.Int64, "ByteStorage": tensor.Uint8,
	"HalfStorage": tensor.Float16, "BFloat16Storage": tensor.BFloat16, "FloatStorage": tensor.Float32, "DoubleStorage": tensor.Float64,
	// What is not read, but may stand beside what is.
	"BoolStorage": 0, "ComplexFloatStorage": 0, "ComplexDoubleStorage": 0, "UntypedStorage": 0,
}

// dtypes are the types that untyped storages are viewed as, by name in module
// torch.
var dtypes = map[string]tensor.Type{
	"int8": tensor.Int8, "int16": tensor.Int16, "int32": tensor.Int32, "int64": tensor.Int64,
	"uint8": tensor.Uint8, "uint16": tensor.Uint16, "uint32": tensor.Uint32, "uint64": tensor.Uint64,
	"float16": tensor.Float16, "bfloat16": tensor.BFloat16, "float32": tensor.Float32, "float64": tensor.Float64,
	"float8_e4m3fn": 0, "float8_e4m3fnuz": 0, "float8_e5m2": 0, "float8_e5m2fnuz": 0, "float8_e8m0fnu": 0,
}

// functions are what a .pt file may call. Each has its case in [unpickler.call].
var functions = map[pickle.Global]bool{
	{Module: "torch._utils", Name: "_rebuild_tensor"}:    true,
	{Module: "torch._utils", Name: "_rebuild_tensor_v2"}: true,
	{Module: "torch._utils", Name: "_rebuild_tensor_v3"}: true,
	{Module: "torch._utils", Name: "_rebuild_parameter"}: true,
	{Module: "collections", Name: "OrderedDict"}:         true,
	{Module: "torch", Name: "Size"}:                      true,
	{Module: "torch", Name: "device"}:                    true,
}

// storage is the memory of one or more tensors.
type storage struct {
	name     string // of its class
	kind     tensor.Type
	untyped  bool
	elements uint64
	data     []byte
	filled   bool
}

// unpickler makes tensors. Their data come after the pickle.
type unpickler struct {
	order    binary.ByteOrder
	keys     []string
	storages map[string]*storage
	tensors  []made
}

// made is a tensor that waits for its storage.
type made struct {
	array   *tensor.Array
	storage *storage
}

func newUnpickler(order binary.ByteOrder) *unpickler {
	return &unpickler{order: order, storages: map[string]*storage{}}
}

func (u *unpickler) hooks() pickle.Hooks {
	return pickle.Hooks{Known: known, Call: u.call, Persistent: u.persistent}
}

func known(g pickle.Global) bool {
	if functions[g] {
		return true
	}
	_, isStorage := storageTypes[g.Name]
	_, isType := dtypes[g.Name]
	return isStorage && (g.Module == "torch" || g.Module == "torch.storage" || g.Module == "torch.cuda") || isType && g.Module == "torch"
}

var errDamaged = errors.New("damaged: not what torch.save writes")

// persistent returns the storage that an id names: ("storage", class, key,
// device, number of elements), and in older files a view.
func (u *unpickler) persistent(id any) (any, error) {
	t, ok := id.(pickle.Tuple)
	if !ok || len(t) < 5 || t[0] != "storage" {
		return nil, errDamaged
	}
	class, ok1 := t[1].(pickle.Global)
	key, ok2 := t[2].(string)
	elements, ok3 := natural(t[4])
	if !ok1 || !ok2 || !ok3 {
		return nil, errDamaged
	}
	if len(t) > 5 && t[5] != nil {
		return nil, errors.New("a view of a storage, which PyTorch before 0.4 wrote: save it again with a newer one")
	}
	if s, ok := u.storages[key]; ok {
		return s, nil
	}
	s := &storage{name: class.Name, kind: storageTypes[class.Name], untyped: class.Name == "UntypedStorage", elements: uint64(elements)}
	u.storages[key] = s
	u.keys = append(u.keys, key)
	return s, nil
}

// call makes what the functions make.
func (u *unpickler) call(g pickle.Global, args pickle.Tuple) (any, error) {
	switch g.Name {
	case "OrderedDict":
		return &tree.Dict{}, nil
	case "_rebuild_parameter":
		if len(args) < 1 {
			return nil, errDamaged
		}
		return args[0], nil
	case "Size":
		if len(args) != 1 {
			return nil, errDamaged
		}
		return args[0], nil
	case "device":
		return fmt.Sprint(args...), nil
	case "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3":
		return u.rebuild(g.Name, args)
	}
	return nil, fmt.Errorf("a pickle that calls %s: only tensors are read, and nothing is executed", tree.Quote(g.String()))
}

// rebuild makes a tensor of (storage, offset, shape, strides, …).
func (u *unpickler) rebuild(function string, args pickle.Tuple) (any, error) {
	least := map[string]int{"_rebuild_tensor": 4, "_rebuild_tensor_v2": 6, "_rebuild_tensor_v3": 7}[function]
	if len(args) < least {
		return nil, errDamaged
	}
	s, ok1 := args[0].(*storage)
	offset, ok2 := natural(args[1])
	shape, ok3 := naturals(args[2])
	strides, ok4 := naturals(args[3])
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return nil, errDamaged
	}
	kind, name := s.kind, s.name
	if function == "_rebuild_tensor_v3" {
		dtype, ok := args[6].(pickle.Global)
		if !ok {
			return nil, errDamaged
		}
		kind, name = dtypes[dtype.Name], dtype.Name
	}
	if len(args) > least { // conjugate or negative views
		if flags, ok := args[least].(*tree.Dict); ok && len(flags.Keys()) > 0 {
			return nil, fmt.Errorf("a tensor that is a view with %s: save tensor.resolve_neg().resolve_conj()", flags.ListKeys())
		}
	}
	if kind == 0 {
		return tree.Bad{Err: fmt.Errorf("a tensor of %s: use floating-point numbers or integers", name)}, nil
	}
	a := &tensor.Array{Type: kind, Order: u.order, Shape: shape, Strides: strides, Offset: offset}
	u.tensors = append(u.tensors, made{a, s})
	return a, nil
}

// fill gives the storage its bytes, in a zip archive an entry of them.
func (s *storage) fill(data []byte) error {
	size := uint64(max(1, s.kind.Size()))
	if s.kind == 0 && !s.untyped {
		s.filled = true // of a type that is not read
		return nil
	}
	if have := uint64(len(data)); s.elements > have/size {
		return fmt.Errorf("truncated: %d elements take %d bytes each, the file has %d", s.elements, size, have)
	}
	s.data, s.filled = data[:s.elements*size], true
	return nil
}

// fillLegacy takes the storage's bytes from b, which begins with their number
// of elements, and returns how many bytes it took.
func (s *storage) fillLegacy(b []byte, order binary.ByteOrder) (int, error) {
	const head = 8
	if s.kind == 0 {
		return 0, fmt.Errorf("%s is not read: use floating-point numbers or integers", s.name)
	}
	if len(b) < head {
		return 0, errors.New("truncated: the number of elements is missing")
	}
	if n := order.Uint64(b); n != s.elements {
		return 0, fmt.Errorf("damaged: %d elements of %d", n, s.elements)
	}
	if err := s.fill(b[head:]); err != nil {
		return 0, err
	}
	return head + len(s.data), nil
}

// finish gives the tensors their data.
func (u *unpickler) finish() error {
	for _, m := range u.tensors {
		if !m.storage.filled {
			return errors.New("truncated: a tensor without its storage")
		}
		m.array.Data = m.storage.data
		if err := m.array.Validate(); err != nil {
			return err
		}
	}
	return nil
}

// natural returns a whole number ≥ 0 of a pickle.
func natural(v any) (int, bool) {
	f, ok := v.(float64)
	if !ok || f < 0 || f > 1<<53 || f != float64(int(f)) {
		return 0, false
	}
	return int(f), true
}

func naturals(v any) ([]int, bool) {
	t, ok := v.(pickle.Tuple)
	if !ok {
		return nil, false
	}
	out := make([]int, len(t))
	for i, e := range t {
		if out[i], ok = natural(e); !ok {
			return nil, false
		}
	}
	return out, true
}
