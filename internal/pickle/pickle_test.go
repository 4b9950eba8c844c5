package pickle

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"packbench/internal/tree"
)

// values compares values, of dictionaries their keys and values.
var values = cmp.Transformer("dict", func(d *tree.Dict) map[string]tree.Value {
	out := map[string]tree.Value{}
	for _, key := range d.Keys() {
		out[key], _ = d.Get(key)
	}
	return out
})

// TestLoad has pickles that Python 3.11 wrote, of every protocol, and opcodes
// that it no longer writes.
func TestLoad(t *testing.T) {
	for _, c := range []struct {
		name, pickle string
		want         tree.Value
	}{
		{"None", "N.", nil},
		{"booleans, protocol 0", "(I01\nI00\nl.", tree.List{true, false}},
		{"booleans", "\x80\x02\x88\x89\x86.", tree.List{true, false}},
		{"numbers, protocol 0", "(lp0\nI5\naF2.5\naL7L\na.", tree.List{5., 2.5, 7.}},
		{"numbers", "\x80\x02]q\x00(K\x05M\x00\x01J\xff\xff\xff\xffG@\x04\x00\x00\x00\x00\x00\x00\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80e.",
			tree.List{5., 256., -1., 2.5, -math.Pow(2, 63)}},
		{"no bytes of a long are 0", "\x80\x02\x8a\x00.", 0.},
		{"long in four bytes", "\x80\x02\x8b\x01\x00\x00\x00\xff.", -1.},
		{"strings", "\x80\x02(X\x01\x00\x00\x00aU\x01bT\x01\x00\x00\x00cV\xc3\xa4\nS'e'\nt.", tree.List{"a", "b", "c", "ä", "e"}},
		{"strings and bytes, protocol 5", "\x80\x05\x95\x20\x00\x00\x00\x00\x00\x00\x00(\x8c\x01a\x94C\x01b\x94B\x01\x00\x00\x00c\x96\x01\x00\x00\x00\x00\x00\x00\x00dt.", tree.List{"a", "b", "c", "d"}},
		{"dictionary", "\x80\x02}q\x00(X\x01\x00\x00\x00aK\x01K\x02K\x03u.", &tree.Dict{}},
		{"tuples", "\x80\x02()K\x01\x85K\x01K\x02\x86K\x01K\x02K\x03\x87t.", tree.List{tree.List{}, tree.List{1.}, tree.List{1., 2.}, tree.List{1., 2., 3.}}},
		{"memo", "\x80\x02](]q\x01K\x01ah\x01e.", tree.List{tree.List{1.}, tree.List{1.}}},
		{"memoize", "\x80\x04]\x94(]\x94K\x01ah\x01e.", tree.List{tree.List{1.}, tree.List{1.}}},
		{"POP, DUP and POP_MARK", "K\x01K\x020(K\x03K\x0412\x86.", tree.List{1., 1.}},
		{"dictionary of protocol 0", "(dp0\nVa\nI1\ns.", nil},
	} {
		got, n, err := Load([]byte(c.pickle+"rest"), Hooks{})
		if err != nil || n != len(c.pickle) {
			t.Errorf("%s: read %d of %d bytes, %v", c.name, n, len(c.pickle), err)
			continue
		}
		want := c.want
		switch c.name {
		case "dictionary":
			d := &tree.Dict{}
			d.Set("a", 1.)
			d.Set("2", 3.)
			want = d
		case "dictionary of protocol 0":
			d := &tree.Dict{}
			d.Set("a", 1.)
			want = d
		}
		if diff := cmp.Diff(want, got, values); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.name, diff)
		}
	}
}

func TestWholeNumbersThatFloat64DoesNotHoldAreBad(t *testing.T) {
	v, _, err := Load([]byte("\x80\x02\x8a\x07\x01\x00\x00\x00\x00\x00\x20."), Hooks{}) // 2⁵³ + 1
	if bad, ok := v.(tree.Bad); err != nil || !ok || !strings.Contains(bad.Err.Error(), "54 bits") {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestDamagedPicklesAreRefused(t *testing.T) {
	deep := strings.Repeat("]", 100) + strings.Repeat("a", 99) + "."
	for want, pickle := range map[string]string{
		"truncated: the pickle ends early":                         "\x80\x02X\xff\xff\xff\xff",
		"pickle protocol 6 is not known":                           "\x80\x06N.",
		"the pickle takes a value that is not there":               ".",
		"is not a pickle's":                                        "\xff.",
		`a pickle of "os.system": only numbers`:                    "cos\nsystem\n(S'ls'\ntR.",
		`a pickle of "posix.system"`:                               "\x80\x04\x8c\x05posix\x8c\x06system\x93.",
		`"numpy.core.multiarray._reconstruct" (a NumPy array; use`: "cnumpy.core.multiarray\n_reconstruct\n.",
		"a pickle of an instance of a class":                       "(ios\nsystem\n.",
		"a pickle of a set, which has no order":                    "\x80\x04\x8f.",
		"refers to data outside of it":                             "P1\n.",
		"appends to what is not a list":                            "K\x01K\x02a.",
		"sets a key of what is not a dictionary":                   "]K\x02K\x03s.",
		"keys that are neither text nor numbers":                   "}]K\x03s.",
		"place 7 of the memo is empty":                             "h\x07.",
		"a list that holds itself":                                 "]q\x00h\x00a.",
		"a dictionary that holds itself":                           "}q\x00K\x01h\x00s.",
		"nested more than 64 deep":                                 deep,
		"is not a whole number":                                    "Ix\n.",
		"a whole number of 2000 bytes":                             "\x8b\xd0\x07\x00\x00" + strings.Repeat("\x01", 2000) + ".",
		"calls what is not a function":                             "K\x01)R.",
		"a pickle of an object with attributes":                    "K\x01}b.",
	} {
		if _, _, err := Load([]byte(pickle), Hooks{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got error %v, want %s", pickle, err, want)
		}
	}
}

// TestSharedTuplesStaySmall: each tuple holds the one before twice, so the tree
// of the last has 2⁴⁰ leaves.
func TestSharedTuplesStaySmall(t *testing.T) {
	pickle := "K\x01"
	for range 40 {
		pickle += "2\x86"
	}
	if _, _, err := Load([]byte(pickle+"."), Hooks{}); err != nil {
		t.Error(err)
	}
}

// FuzzLoad lets every hook answer with something.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		"N.", "(I01\nI00\nl.", "(lp0\nI5\naF2.5\naL7L\na.", "\x80\x02}q\x00(X\x01\x00\x00\x00aK\x01u.", "\x80\x02]q\x00(K\x05M\x00\x01e.",
		"ca\nb\n)R.", "\x80\x02X\x01\x00\x00\x00aQ.", "\x80\x05\x95\x20\x00\x00\x00\x00\x00\x00\x00(\x8c\x01a\x94C\x01b\x94t.", "]q\x00h\x00a.", "K\x012\x862\x862\x86.",
	} {
		f.Add([]byte(seed))
	}
	hooks := Hooks{
		Known: func(g Global) bool { return len(g.Name) < 5 },
		Call: func(g Global, args Tuple) (any, error) {
			if len(args) > 2 {
				return nil, errors.New("no")
			}
			return &tree.Dict{}, nil
		},
		Persistent: func(id any) (any, error) { return 1., nil },
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := Load(b, hooks)
		runtime.ReadMemStats(&after)
		if took, most := after.TotalAlloc-before.TotalAlloc, uint64(16<<20+4096*len(b)); took > most {
			t.Errorf("%d bytes of input took %d bytes of memory", len(b), took)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("an error of several lines: %q", err)
		}
	})
}
