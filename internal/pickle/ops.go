package pickle

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"packbench/internal/tree"
)

// run executes the opcodes up to STOP and returns the value on top.
func (m *machine) run() (any, error) {
	for {
		op, err := m.uint(1)
		if err != nil {
			return nil, err
		}
		if op == '.' {
			return m.pop()
		}
		if err := m.step(byte(op)); err != nil {
			return nil, err
		}
		if m.pushed > maxValues {
			return nil, fmt.Errorf("more than %d values: no more are read", maxValues)
		}
	}
}

// step executes one opcode. Its letter is that of Python's pickletools.
func (m *machine) step(op byte) error {
	switch op {
	case 0x80: // PROTO
		v, err := m.uint(1)
		if err == nil && v > 5 {
			err = fmt.Errorf("pickle protocol %d is not known: use 5 or an older one", v)
		}
		return err
	case 0x95: // FRAME: a hint for readers of streams
		_, err := m.take(8)
		return err
	case '(':
		m.push(mark{})
		return nil
	case '0': // POP, also of a mark
		if len(m.stack) == 0 {
			return errStack
		}
		m.stack = m.stack[:len(m.stack)-1]
		return nil
	case '1': // POP_MARK
		_, err := m.popMark()
		return err
	case '2': // DUP
		v, err := m.top()
		if err == nil {
			m.push(v)
		}
		return err
	case 'N':
		m.push(nil)
		return nil
	case 0x88, 0x89: // NEWTRUE, NEWFALSE
		m.push(op == 0x88)
		return nil
	case 'I', 'L', 'F', 'K', 'M', 'J', 0x8a, 0x8b, 'G':
		return m.number(op)
	case 'S', 'V', 'T', 'U', 'X', 0x8c, 0x8d, 'B', 'C', 0x8e, 0x96:
		return m.text(op)
	case 'p', 'q', 'r', 0x94, 'g', 'h', 'j':
		return m.remember(op)
	case 'c', 0x93, 'R', 'b', 'P', 'Q':
		return m.object(op)
	case ']', 'a', 'e', 'l', ')', 't', 0x85, 0x86, 0x87, '}', 's', 'u', 'd':
		return m.container(op)
	case 'i', 'o', 0x81, 0x92, 0x82, 0x83, 0x84: // INST, OBJ, NEWOBJ, NEWOBJ_EX, EXT1, EXT2, EXT4
		return errors.New("a pickle of an instance of a class: only numbers, strings, lists, dictionaries and tensors are read, and nothing is executed")
	case 0x8f, 0x90, 0x91: // EMPTY_SET, ADDITEMS, FROZENSET
		return errors.New("a pickle of a set, which has no order: use a list")
	}
	return fmt.Errorf("damaged: %#02x at byte %d is not a pickle's", op, m.at-1)
}

// number reads the numbers.
func (m *machine) number(op byte) error {
	switch op {
	case 'K', 'M':
		v, err := m.uint(map[byte]int{'K': 1, 'M': 2}[op])
		m.push(float64(v))
		return err
	case 'J':
		v, err := m.uint(4)
		m.push(float64(int32(uint32(v))))
		return err
	case 'G':
		b, err := m.take(8)
		if err != nil {
			return err
		}
		bits := uint64(0)
		for _, c := range b { // the one number that is big-endian
			bits = bits<<8 | uint64(c)
		}
		m.push(math.Float64frombits(bits))
		return nil
	case 0x8a, 0x8b: // LONG1, LONG4
		size, err := m.uint(map[byte]int{0x8a: 1, 0x8b: 4}[op])
		if err != nil {
			return err
		}
		b, err := m.take(size)
		if err != nil {
			return err
		}
		return m.pushLong(b)
	}
	return m.numberLine(op)
}

// pushLong pushes a little-endian number in two's complement.
func (m *machine) pushLong(b []byte) error {
	if len(b) > 1<<10 {
		return fmt.Errorf("a whole number of %d bytes", len(b))
	}
	v := new(big.Int)
	for i := len(b) - 1; i >= 0; i-- {
		v.Lsh(v, 8).Or(v, big.NewInt(int64(b[i])))
	}
	if len(b) > 0 && b[len(b)-1] >= 0x80 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	m.pushInt(v)
	return nil
}

// pushInt pushes a whole number, Bad where float64 does not hold it.
func (m *machine) pushInt(v *big.Int) {
	f, accuracy := new(big.Float).SetInt(v).Float64()
	if accuracy != big.Exact {
		m.push(tree.Bad{Err: fmt.Errorf("a whole number of %d bits that float64 does not hold: scale the loads down", v.BitLen())})
		return
	}
	m.push(f)
}

// numberLine reads the numbers of protocol 0, which are lines of text.
func (m *machine) numberLine(op byte) error {
	text, err := m.line()
	if err != nil {
		return err
	}
	switch {
	case op == 'F':
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("damaged: %s is not a number", tree.Quote(text))
		}
		m.push(v)
		return nil
	case op == 'I' && (text == "00" || text == "01"): // what protocol 0 has for booleans
		m.push(text == "01")
		return nil
	}
	v, ok := new(big.Int).SetString(strings.TrimSuffix(text, "L"), 10)
	if !ok {
		return fmt.Errorf("damaged: %s is not a whole number", tree.Quote(text))
	}
	m.pushInt(v)
	return nil
}

// text reads strings and bytes.
func (m *machine) text(op byte) error {
	switch op {
	case 'V':
		text, err := m.line()
		m.push(text)
		return err
	case 'S':
		quoted, err := m.line()
		if err == nil && (len(quoted) < 2 || quoted[0] != quoted[len(quoted)-1]) {
			err = errors.New("damaged: a string without quotes")
		}
		if err != nil {
			return err
		}
		m.push(quoted[1 : len(quoted)-1])
		return nil
	}
	size, err := m.uint(map[byte]int{'T': 4, 'U': 1, 'X': 4, 0x8c: 1, 0x8d: 8, 'B': 4, 'C': 1, 0x8e: 8, 0x96: 8}[op])
	if err != nil {
		return err
	}
	b, err := m.take(size)
	m.push(string(b))
	return err
}

// remember stores in the memo and fetches from it.
func (m *machine) remember(op byte) error {
	var key uint64
	var err error
	switch op {
	case 'p', 'g':
		var text string
		if text, err = m.line(); err == nil {
			if key, err = strconv.ParseUint(text, 10, 31); err != nil {
				err = fmt.Errorf("damaged: %s is not a place in the memo", tree.Quote(text))
			}
		}
	case 'q', 'h':
		key, err = m.uint(1)
	case 'r', 'j':
		key, err = m.uint(4)
	case 0x94: // MEMOIZE
		key = uint64(len(m.memo))
	}
	if err != nil {
		return err
	}
	if op == 'g' || op == 'h' || op == 'j' {
		v, ok := m.memo[int(key)]
		if !ok {
			return fmt.Errorf("damaged: place %d of the memo is empty", key)
		}
		m.push(v)
		return nil
	}
	v, err := m.top()
	m.memo[int(key)] = v
	return err
}

// object handles classes, calls and what is outside of the pickle.
func (m *machine) object(op byte) error {
	switch op {
	case 'c':
		module, err := m.line()
		if err != nil {
			return err
		}
		name, err := m.line()
		if err != nil {
			return err
		}
		return m.global(module, name)
	case 0x93: // STACK_GLOBAL
		name, err := m.pop()
		if err != nil {
			return err
		}
		module, err := m.pop()
		if err != nil {
			return err
		}
		moduleText, ok1 := module.(string)
		nameText, ok2 := name.(string)
		if !ok1 || !ok2 {
			return errors.New("damaged: the name of a class is not text")
		}
		return m.global(moduleText, nameText)
	case 'R':
		return m.call()
	case 'b': // BUILD sets attributes; those of a dictionary are of no interest
		if _, err := m.pop(); err != nil {
			return err
		}
		top, err := m.top()
		if _, ok := top.(*tree.Dict); !ok && err == nil {
			err = errors.New("a pickle of an object with attributes: only numbers, strings, lists, dictionaries and tensors are read")
		}
		return err
	case 'P':
		id, err := m.line()
		if err != nil {
			return err
		}
		return m.persistent(id)
	}
	id, err := m.pop()
	if err != nil {
		return err
	}
	return m.persistent(id)
}

// container makes and fills lists, tuples and dictionaries.
func (m *machine) container(op byte) error {
	switch op {
	case ']':
		m.push(&list{})
		return nil
	case '}':
		m.push(&tree.Dict{})
		return nil
	case ')':
		m.push(Tuple(nil))
		return nil
	case 0x85, 0x86, 0x87: // TUPLE1 to TUPLE3
		tuple := make(Tuple, op-0x84)
		for i := len(tuple) - 1; i >= 0; i-- {
			v, err := m.pop()
			if err != nil {
				return err
			}
			tuple[i] = v
		}
		m.push(tuple)
		return nil
	case 'a':
		v, err := m.pop()
		if err != nil {
			return err
		}
		return m.appendTo(v)
	case 's':
		value, err := m.pop()
		if err != nil {
			return err
		}
		key, err := m.pop()
		if err != nil {
			return err
		}
		return m.setItems([]any{key, value})
	}
	items, err := m.popMark()
	if err != nil {
		return err
	}
	switch op {
	case 'e':
		return m.appendTo(items...)
	case 'u':
		return m.setItems(items)
	case 'l':
		m.push(&list{items: items})
	case 't':
		m.push(Tuple(items))
	case 'd':
		m.push(&tree.Dict{})
		return m.setItems(items)
	}
	return nil
}
