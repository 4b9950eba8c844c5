package tensor

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// words returns 16-bit little-endian words.
func words(values ...uint16) []byte {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return b
}

func longs(values ...uint64) []byte {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return b
}

// TestHalfFloats has the values of IEEE 754's table of binary16, and bfloat16
// as the upper half of float32.
func TestHalfFloats(t *testing.T) {
	for _, c := range []struct {
		kind Type
		bits uint16
		want float64
	}{
		{Float16, 0x0000, 0}, {Float16, 0x3c00, 1}, {Float16, 0xc000, -2}, {Float16, 0x7bff, 65504}, {Float16, 0x3555, 0x1.554p-2},
		{Float16, 0x0001, 0x1p-24}, {Float16, 0x03ff, 0x1.ff8p-15}, {Float16, 0x0400, 0x1p-14}, {Float16, 0x7c00, math.Inf(1)}, {Float16, 0xfc00, math.Inf(-1)},
		{BFloat16, 0x3f80, 1}, {BFloat16, 0x4049, 3.140625}, {BFloat16, 0xff80, math.Inf(-1)}, {BFloat16, 0x0001, 0x1p-133},
	} {
		got, err := New(c.kind, binary.LittleEndian, words(c.bits), 1).Float64s()
		if err != nil || got[0] != c.want {
			t.Errorf("%v %04x: got %v, %v, want %v", c.kind, c.bits, got, err, c.want)
		}
	}
	for _, kind := range []Type{Float16, BFloat16} {
		if got, err := New(kind, binary.LittleEndian, words(0x7fff), 1).Float64s(); err != nil || !math.IsNaN(got[0]) {
			t.Errorf("%v: got %v, %v, want NaN", kind, got, err)
		}
	}
}

func TestStridesAndOffset(t *testing.T) {
	data := words(0, 1, 2, 3, 4, 5, 6, 7)
	for _, c := range []struct {
		name           string
		shape, strides []int
		offset         int
		want           []float64
	}{
		{"rows", []int{2, 3}, []int{3, 1}, 1, []float64{1, 2, 3, 4, 5, 6}},
		{"transposed", []int{3, 2}, []int{1, 3}, 0, []float64{0, 3, 1, 4, 2, 5}},
		{"every other", []int{2, 2}, []int{4, 2}, 1, []float64{1, 3, 5, 7}},
		{"scalar", nil, nil, 7, []float64{7}},
		{"empty", []int{0, 9}, []int{9, 1}, 99, []float64{}},
	} {
		a := &Array{Type: Int16, Order: binary.LittleEndian, Shape: c.shape, Strides: c.strides, Offset: c.offset, Data: data}
		if err := a.Validate(); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, err := a.Float64s()
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", c.name, err, diff)
		}
	}
	for want, a := range map[string]*Array{
		"reaches beyond its 8 elements":      {Shape: []int{2, 3}, Strides: []int{3, 1}, Offset: 3},
		"with strides (-1,)":                 {Shape: []int{2}, Strides: []int{-1}},
		"strides (9223372036854775807,)":     {Shape: []int{3}, Strides: []int{math.MaxInt}},
		"1 strides for an array of 2 dimens": {Shape: []int{2, 3}, Strides: []int{3}},
		"not expanded":                       {Shape: []int{100, 100}, Strides: []int{0, 0}},
	} {
		a.Type, a.Order, a.Data = Int16, binary.LittleEndian, data
		if err := a.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %s", err, want)
		}
	}
}

func TestWholeNumbersAreExactOrRefused(t *testing.T) {
	for _, c := range []struct {
		kind Type
		v    uint64
		ok   bool
	}{
		{Int64, 1<<53 - 1, true}, {Int64, 1 << 53, true}, {Int64, 1<<53 + 1, false}, {Int64, 1 << 60, true}, {Int64, math.MaxInt64, false},
		{Int64, 1 << 63, true}, {Uint64, 1 << 63, true}, {Uint64, math.MaxUint64, false},
	} {
		got, err := New(c.kind, binary.LittleEndian, longs(c.v), 1).Float64s()
		want := float64(c.v)
		if c.kind == Int64 {
			want = float64(int64(c.v))
		}
		if (err == nil) != c.ok || got[0] != want {
			t.Errorf("%v %d: got %v, %v", c.kind, c.v, got, err)
		}
	}
}

func TestInts(t *testing.T) {
	got, err := New(Int8, binary.LittleEndian, []byte{1, 0xff}, 2).Ints()
	if diff := cmp.Diff([]int{1, -1}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := New(Float16, binary.LittleEndian, words(0x3c00, 0x3800), 2).Ints(); err == nil || err.Error() != "0.5 is not a whole number" || err.(*ElementError).Index != 1 {
		t.Errorf("got error %v", err)
	}
}
