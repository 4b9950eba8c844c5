package table

import (
	"encoding/binary"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// loads are the values of one step.
func loads(layers, items int, values ...float64) *Loads {
	return &Loads{Steps: 1, Layers: layers, Items: items, Values: values}
}

// utf16le is text as Windows programs save it.
func utf16le(text string) string {
	b := []byte("\xff\xfe")
	for _, unit := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return string(b)
}

// The ways in which people and programs write tables; notes have a test of their
// own.
func TestTablesOfAllKindsAreRead(t *testing.T) {
	two := loads(2, 3, 5, 6, 7, 1, 2, 9)
	for _, c := range []struct {
		name, text string
		opt        Options
		want       *Loads
	}{
		// What separates.
		{"commas", "5,6,7\n1,2,9\n", Options{}, two},
		{"commas and spaces", "5, 6 ,7\n 1,2, 9", Options{}, two},
		{"commas and tabs", "5,\t6,\t7\n1,\t2,\t9\n", Options{}, two},
		{"semicolons", "5;6;7\n1;2;9\n", Options{}, two},
		{"tabs", "5\t6\t7\n1\t2\t9\n", Options{}, two},
		{"spaces", "5 6  7\n  1 2 9\n", Options{}, two},
		{"spaces and tabs", "5 6\t7\n1\t2 9\n", Options{}, two},
		{"what Excel says", "sep=;\n5;6;7\n1;2;9\n", Options{}, two},
		{"quotes", "\"5\",\"6\",7\n1,\"2\",9\n", Options{}, two},
		{"quotes and spaces", "\"5\" 6 7\n1 2 \"9\"\n", Options{}, two},
		// How text is stored.
		{"Windows", "\ufeff5,6,7\r\n1,2,9\r\n", Options{}, two},
		{"old Mac", "5,6,7\r1,2,9", Options{}, two},
		{"UTF-16", utf16le("5;6;7\r\n1;2;9\r\n"), Options{}, two},
		{"comments and blank lines", "# made by\n\n5,6,7\n# more\n\n1,2,9\n\n", Options{}, two},
		// How numbers are written.
		{"exponents", "5e0,6.000000000000000000e+00,.7e1\n+1,2.,9\n", Options{}, two},
		{"decimal commas between semicolons", "5,5;6;7\n1;2;9,25\n", Options{}, loads(2, 3, 5.5, 6, 7, 1, 2, 9.25)},
		{"decimal commas between tabs", "5,5\t6,0\t7,0\n1,0\t2,0\t9,25\n", Options{}, loads(2, 3, 5.5, 6, 7, 1, 2, 9.25)},
		{"decimal commas in quotes", "\"5,5\",\"6\"\n\"1\",\"2\"\n", Options{}, loads(2, 2, 5.5, 6, 1, 2)},
		{"decimal commas with three digits, and one with two", "1,500;2,25\n3,125;4\n", Options{}, loads(2, 2, 1.5, 2.25, 3.125, 4)},
		{"decimal commas below one", "0,125;0,250\n0,500;0,750\n", Options{}, loads(2, 2, .125, .25, .5, .75)},
		{"an index under a name, as was said", "a,b,c,d\n0,5,6,7\n1,1,2,9\n", Options{Form: Indexed}, two},
		{"loads of two layers that could be an index, as was said", "0,10,20\n1,11,21\n", Options{Form: Wide}, loads(2, 3, 0, 10, 20, 1, 11, 21)},
		{"an index of two layers, as was said", "0,10,20\n1,11,21\n", Options{Form: Indexed}, loads(2, 2, 10, 20, 11, 21)},
		{"loads under names, as was said", "a,b,c\n0,5,6\n1,7,8\n2,9,9\n", Options{Form: Wide}, loads(3, 3, 0, 5, 6, 1, 7, 8, 2, 9, 9)},
		{"decimal commas, as was said", "1,500;2,250\n", Options{Form: Decimal}, loads(1, 2, 1.5, 2.25)},
		{"decimal commas between spaces, as was said", "1,5 2,5\n3 4", Options{Form: Decimal}, loads(2, 2, 1.5, 2.5, 3, 4)},
		{"decimal commas in quotes, as was said", "\"1,500\",\"2,250\"\n", Options{Form: Decimal}, loads(1, 2, 1.5, 2.25)},
		{"one decimal comma per line, as was said", "1,5\n2,5\n", Options{Form: Decimal}, loads(1, 2, 1.5, 2.5)},
		{"points with three digits, as was said", "1.500;2.250\n", Options{Form: Wide}, loads(1, 2, 1.5, 2.25)},
		{"points with three digits between commas", "1.500,2.250\n", Options{}, loads(1, 2, 1.5, 2.25)},
		// Names.
		{"names", "math,code,chat\n5,6,7\n1,2,9\n", Options{}, two},
		{"numbered names", "expert_0,expert_1,expert_2\n5,6,7\n1,2,9\n", Options{}, two},
		{"numbered names in the order of text", "e0,e10,e1,e2,e3,e4,e5,e6,e7,e8,e9\n0,10,1,2,3,4,5,6,7,8,9\n", Options{}, loads(1, 11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)},
		{"numbers of columns and an index, as pandas writes", ",0,1,2\n0,5,6,7\n1,1,2,9\n", Options{}, two},
		{"numbers of columns, as pandas writes", "0,1,2\n5,6,7\n1,2,9\n", Options{}, two},
		{"numbers of columns that are asked to be a layer", "0,1,2\n5,6,7\n1,2,9\n", Options{Layers: 3}, loads(3, 3, 0, 1, 2, 5, 6, 7, 1, 2, 9)},
		{"numbers of columns that are a layer by format", "0,1,2\n5,6,7\n1,2,9\n", Options{Form: Wide}, loads(3, 3, 0, 1, 2, 5, 6, 7, 1, 2, 9)},
		{"layers with their number", "layer,e0,e1,e2\n3,5,6,7\n4,1,2,9\n", Options{}, two},
		{"layers in another order", "layer,e0,e1,e2\n4,1,2,9\n3,5,6,7\n", Options{}, two},
		{"layers with their name", "layer_10,1,2,9\nlayer_9,5,6,7\n", Options{}, two},
		{"layers with a name", "first,5,6,7\nsecond,1,2,9\n", Options{}, two},
		{"an index, as was said", "7,5,6,7\n8,1,2,9\n", Options{Form: Indexed}, two},
		{"an index without name that counts", "index,a,b,c\n0,5,6,7\n1,1,2,9\n", Options{}, two},
		{"columns that are layers", "layer0,layer1\n5,1\n6,2\n7,9\n", Options{}, two},
		{"columns that are layers, with the experts' numbers", "expert,layer_3,layer_4\n0,5,1\n1,6,2\n2,7,9\n", Options{}, two},
		{"columns that are numbered, with the experts' numbers", "expert,0,1\n0,5,1\n1,6,2\n2,7,9\n", Options{}, two},
		// One number per line.
		{"one number per line", "5\n6\n7\n", Options{}, loads(1, 3, 5, 6, 7)},
		{"one number per line, with a name", "load\n5\n6\n7\n", Options{}, loads(1, 3, 5, 6, 7)},
		{"one number per line, of several layers", "5\n6\n7\n1\n2\n9\n", Options{Layers: 2}, two},
		{"one line, of several layers", "5,6,7,1,2,9\n", Options{Layers: 2}, two},
		{"one number", "5", Options{}, loads(1, 1, 5)},
		// Long form.
		{"long", "layer,expert,count\n0,0,5\n0,1,6\n0,2,7\n1,0,1\n1,1,2\n1,2,9\n", Options{}, two},
		{"long, in any order", "count;expert_id;layer_id\n9;2;4\n5;0;3\n7;2;3\n1;0;4\n2;1;4\n6;1;3\n", Options{}, two},
		{"long, with an index", ",layer,expert,count\n0,0,0,5\n1,0,1,6\n2,1,0,7\n3,1,1,8\n", Options{}, loads(2, 2, 5, 6, 7, 8)},
		{"long, with a name of its own", "layer,expert,share\n0,0,.5\n0,1,.25\n", Options{}, loads(1, 2, .5, .25)},
		{"long, of steps", "step,layer,expert,load\n20,0,0,7\n20,0,1,8\n10,0,0,5\n10,0,1,6\n", Options{}, &Loads{Steps: 2, Layers: 1, Items: 2, Values: []float64{5, 6, 7, 8}}},
		{"long, from 1", "layer,expert,count\n1,1,5\n1,2,6\n2,1,7\n2,2,8\n", Options{}, loads(2, 2, 5, 6, 7, 8)},
		{"long, of one layer", "expert,tokens\n1,6\n0,5\n", Options{}, loads(1, 2, 5, 6)},
		{"long, by key", "layer,expert,count,load\n0,0,1,5\n0,1,2,6\n", Options{Key: "load"}, loads(1, 2, 5, 6)},
		{"long, without what has no load", "layer,expert,count\n0,1,5\n1,3,6\n", Options{Experts: 4}, loads(2, 4, 0, 5, 0, 0, 0, 0, 0, 6)},
		{"long, as was said", "0,0,5\n0,1,6\n1,0,7\n1,1,8\n", Options{Form: Long}, loads(2, 2, 5, 6, 7, 8)},
		{"long, with the names in a comment", "# layer,expert,count\n0,0,5\n0,1,6\n1,0,7\n1,1,8\n", Options{}, loads(2, 2, 5, 6, 7, 8)},
		{"long, between spaces", "layer expert count\n0 0 5\n0 1 6\n", Options{}, loads(1, 2, 5, 6)},
		{"long, with decimal commas", "layer;expert;count\n0;0;5,5\n0;1;6,25\n", Options{}, loads(1, 2, 5.5, 6.25)},
	} {
		c.opt.Max = 100
		got, err := Read([]byte(c.text), c.opt)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got.Notes = nil
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.name, diff)
		}
	}
}

// What was decided is said.
func TestDecisionsAreNoted(t *testing.T) {
	for text, want := range map[string]string{
		"5,6,7\n1,2,9\n":                              "",
		"0,1,2\n5,6,7\n1,2,9\n":                       "line 1 numbers the columns and is not a layer; --layers 3 makes it one",
		"layer,e0\n4,1\n3,5\n":                        "the layers were put into the order of their numbers",
		"e1,e0\n5,6\n":                                "the columns were put into the order of their numbers",
		"layer0,layer1\n5,1\n6,2\n":                   "columns are layers and lines experts, as the line of names says",
		"model,layer,expert,count,share\nm,0,0,5,1\n": `columns that are not read: "model", "share"`,
		"1,5\n2,5\n":                                  "the first column is 1, 2 and is read as loads; if it is an index, use --format indexed; every line is read as two loads; if the commas are decimal, use --format csv2",
		"0.1,5\n2,5\n":                                "",
		"0,10,20\n1,0,21\n":                           "the first column is 0, 1 and is read as loads; if it is an index, use --format indexed",
		"0 10\n1 20\n":                                "the first column is 0, 1 and is read as loads; if it is an index, use --format indexed",
		"a,b,c\n0,10,20\n1,1,21\n":                    `the column "a" is 0, 1 and is read as loads; if it is an index, use --format indexed`,
		"0,1,2\n1,5,6\n":                              "line 1 numbers the columns and is not a layer; --layers 2 makes it one",
		"1;5\n2;5\n":                                  "the first column is 1, 2 and is read as loads; if it is an index, use --format indexed",
		"layer,expert,count\n0,0,5\n0,1,6\n1,0,7\n1,1,8": "",
	} {
		got, err := Read([]byte(text), Options{Max: 100})
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if notes := strings.Join(got.Notes, "; "); notes != want {
			t.Errorf("%q: got note %q, want %q", text, notes, want)
		}
	}
}

// What is not certain is not guessed.
func TestAmbiguousTablesAreRefused(t *testing.T) {
	for _, c := range []struct {
		text string
		opt  Options
		want string
	}{
		{"", Options{}, "there are no loads"},
		{"a,b\n", Options{}, "there are no loads"},
		{"\x00\x00", Options{}, "not a file of loads: neither text (byte 0 is 0) nor a format that is known"},
		{"1,2,3,4,5\n6,7,8,9,1\n", Options{Max: 4}, "more than 4 numbers: no more are read"},
		{"5,6\n7\n", Options{}, "line 2 (layer 1) has 1 number, the lines before have 2"},
		{"a,b\n5,6,7\n", Options{}, "line 2 (layer 0) has 3 numbers, the line of names has 2"},
		{"5,\"6\n", Options{}, "not CSV"},
		// Placeholders and anything else that is not a number.
		{"-,-,-\n5,6,7\n", Options{}, `line 1 (layer 0), item 0: "-" is not a number`},
		{"NA,NA\n5,6\n", Options{}, `item 0: "NA" is not a number`},
		{"x,x\n5,6\n", Options{}, `item 0: "x" is not a number`},
		{"n/a,null\n5,6\n", Options{}, `item 0: "n/a" is not a number`},
		{"nan,inf\n5,6\n", Options{}, "layer 0, item 0: weight NaN: a load must be a finite number"},
		{"5,\n6,7\n", Options{}, `item 1: "" is not a number: the field is empty`},
		{"5,6k\n7,8\n", Options{}, `item 1: "6k" is not a number`},
		{"5k,6k\n7,8\n", Options{}, `item 0: "5k" is not a number`},
		{"5%,6%\n", Options{}, `"5%" is not a number`},
		{"0x10,1\n", Options{}, `"0x10" is not a number`},
		{"a,1\n3,4\n", Options{}, `line 1 (layer 0), item 0: "a" is not a number`},
		{"9007199254740993,1\n", Options{}, "line 1, field 0: 9007199254740993 is a whole number above 2^53"},
		// Separators of thousands.
		{"1 000,2 000\n300,400\n", Options{}, `"1 000" is not a number: take separators of thousands out`},
		{"1\u00a0000;2\u00a0000\n300;400\n", Options{}, "is not a number: take separators of thousands out"},
		{"1'000,2'000\n300,400\n", Options{}, `"1'000" is not a number: take separators of thousands out`},
		{"1_000,2_000\n", Options{}, `"1_000" is not a number: take separators of thousands out`},
		{"1 000 2 000\n300 400 1 2\n", Options{}, `"000" has leading zeros: take separators of thousands out`},
		{"1,000,2,000\n3,001,4,050\n", Options{}, `"000" has leading zeros: take separators of thousands out`},
		{"1,234,567;5\n", Options{}, `line 1: "1,234,567": take the separators of thousands out`},
		{"\"1,234.5\",5\n", Options{}, `line 1: "1,234.5": take the separators of thousands out`},
		// Commas that may be either.
		{"1,500;2,250\n3,125;4\n", Options{}, `line 1: "1,500" may be a decimal number or a thousand: use --format csv2 if commas are decimal`},
		{"\"1,500\",\"2,250\"\n", Options{}, `line 1: "1,500" may be a decimal number or a thousand`},
		{"1.500;2.250\n3.125;4\n", Options{}, `line 1: "1.500" may be a decimal number or a thousand: use --format csv if points are decimal`},
		{"1,5;2.5\n", Options{}, `line 1: "1,5", and line 1: "2.5": is the comma or the point decimal?`},
		{"1,5;2.5\n", Options{Form: Decimal}, `"2.5" is not a number`},
		{"1,5 2,5\n", Options{}, `"5 2" is not a number`},
		// Numbers of lines and columns that may be loads.
		{"0,1\n5,6\n", Options{}, "line 1 is 0, 1, …: a layer, or the numbers of the columns? Use --layers 2 or --layers 1"},
		{"0,1,2\n3,4,5\n", Options{}, "line 1 is 0, 1, …: a layer, or the numbers of the columns?"},
		{"1,2,3,4,5,6,7,8\n3,4,5,6,7,8,9,9\n", Options{}, "line 1 is 1, 2, …: a layer, or the numbers of the columns?"},
		{"0,5,6\n1,7,8\n2,9,9\n", Options{}, "the first column is 0, 1, 2, …: loads, or an index? Use --format csv for loads, --format indexed for an index"},
		{"0,10,20,30\n1,11,21,31\n", Options{}, "the first column is 0, 1: loads, or an index? Use --format csv for loads, --format indexed for an index"},
		{"1,2.5,20\n2,11,21\n", Options{}, "the first column is 1, 2: loads, or an index?"},
		{"a,b,c\n0,10,20\n1,11,21\n", Options{}, `the column "a" is 0, 1: loads, or an index?`},
		{"3,0,5\n3,1,6\n4,0,7\n4,1,8\n", Options{}, "three columns, two of which number all pairs: layers of 3 items, or a layer, expert and load per line?"},
		{"a,b,c,d\n0,10,20,30\n1,11,21,31\n2,12,22,32\n", Options{}, `the column "a" is 0, 1, 2, …: loads, or an index? Use --format csv for loads, --format indexed for an index`},
		{"a,b,c\n3,0,5\n3,1,6\n4,0,7\n4,1,8\n", Options{}, `line 1 names "a", "b", "c", of which two number all pairs: layers of 3 items, or a layer, expert and load per line? Use --format csv, or name the columns layer, expert and load`},
		{"a\n5\n", Options{Form: Indexed}, "there is no column of loads"},
		{",a\n0.5,1\n0.7,2\n", Options{}, "the index is 0.5: use whole numbers"},
		{"5,6,7\n1,2,9\n", Options{Layers: 3}, "2 layers of 3 items: --layers 3 does not fit"},
		{"5\n6\n7\n", Options{Layers: 2}, "3 numbers do not divide into 2 layers"},
		// Names that do not fit.
		{"layer,count\n0,5\n1,6\n", Options{}, `line 1 names "layer", "count": a column with the number of the expert is missing`},
		{"layer\n0\n", Options{}, "there is no column of loads"},
		{"step,e0,e1\n0,5,6\n", Options{}, "steps are read in long form"},
		{"step0,step1\n5,6\n", Options{}, "the columns are steps"},
		{"e0,e1,total\n5,6,11\n", Options{}, `column "total" sums up others and is not an item: leave it out`},
		{"layer,0,1,All\n0,5,6,11\n", Options{}, `column "All" sums up others and is not an item: leave it out`},
		{"0,1,2,total\n5,6,7,18\n", Options{}, `column "total" sums up others and is not an item: leave it out`},
		{"10 ms,20 ms\n", Options{}, `"10 ms" is not a number`},
		{"e0,e1,rest\n5,6,11\n", Options{}, `column "rest" is not numbered as others are (e0, e1, …)`},
		{"e0,e1,e3\n5,6,11\n", Options{}, "columns are numbered from 0, but there is none of number 2"},
		{"e0,e1,e01\n5,6,11\n", Options{}, "two columns have the number 1"},
		{"layer,e0\n0,5\n0,6\n", Options{}, "lines 2 and 3 are both of 0 in the index"},
		{"a,5,6\nb,7,8\ntotal,12,14\n", Options{}, `line 3 is named "total" and is not a layer`},
		{"l0,5,6\nl1,7,8\nrest,12,14\n", Options{}, "lines are numbered"},
		// Long form.
		{"layer,expert,count\n0,0,5\n0,0,6\n", Options{}, "lines 2 and 3 are both of layer 0, expert 0"},
		{"layer,expert,count\n0,0,5\n0,1,6\n1,0,7\n", Options{}, "there is no line of layer 1, expert 1: if those without load are left out"},
		{"layer,expert,count\n0,0,5\n0,2,6\n", Options{}, "there is no line of expert 1"},
		{"layer,expert,count\n0,0,5\n0,7,6\n", Options{Experts: 4}, "expert 7 of 4"},
		{"layer,expert,count\n0,0.5,5\n", Options{}, `line 2: "0.5" is not the number of an expert`},
		{"layer,expert,count\nfirst,0,5\n", Options{}, `line 2: "first" is not the number of a layer`},
		{"layer,expert,count\n0,0,-\n", Options{}, `line 2: "-" is not a number`},
		{"layer,expert,count,load\n0,0,5,6\n", Options{}, "choose the column of the loads with --key"},
		{"layer,expert,a,b\n0,0,5,6\n", Options{}, "choose the column of the loads with --key"},
		{"layer,expert,a,b\n0,0,5,6\n", Options{Key: "c"}, `no column "c": there are "layer", "expert", "a", "b"`},
		{"layer,layer_id,expert,count\n0,0,5,6\n", Options{Form: Long}, `columns "layer" and "layer_id" say the same`},
		{"0,0,5,6,7\n", Options{Form: Long}, "5 columns without names: long form has expert and load"},
		{"layer,expert,count\n0,0,5\nlayer,expert,count\n", Options{}, `line 3: "layer" is not the number of a layer`},
		{"5,6\n", Options{Key: "x"}, `column "x": the table has no line of names`},
		{"a,b\n5,6\n", Options{Key: "a"}, `column "a": only a table in long form`},
		{"\x1b[31m,1\n", Options{}, `"\x1b[31m" is not a number`},
	} {
		if c.opt.Max == 0 {
			c.opt.Max = 100
		}
		got, err := Read([]byte(c.text), c.opt)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, error %v, want %s", c.text, got, err, c.want)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: the error has several lines: %v", c.text, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"1,2\n3,4\n", "a,b\n# c\n\n1,2\n", "1 2\n3\t4", "\"1\",2\r\n", "1,\n", "\"", "nan", "1e39", "x,1", "layer,expert,count\n0,0,5\n", "sep=;\n1;2",
		",0,1\n0,5,6\n", "layer0,layer1\n1,2\n", "1,5;2,5", "0,1,2\n3,4,5", "\xff\xfe1\x00", "expert,layer_1,layer_0\n1,2,3\n", "step,layer,expert,load\n0,0,0,1",
	} {
		f.Add([]byte(seed), 0, 0, 0)
	}
	f.Fuzz(func(t *testing.T, b []byte, form, layers, experts int) {
		opt := Options{Form: Form(((form % 5) + 5) % 5), Layers: max(0, layers) % 1000, Experts: max(0, experts) % 1000, Max: 1 << 20}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		l, err := Read(b, opt)
		runtime.ReadMemStats(&after)
		if took, most := after.TotalAlloc-before.TotalAlloc, uint64(64<<20+4096*len(b)); took > most {
			t.Errorf("%d bytes of input took %d bytes of memory", len(b), took)
		}
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("an error of several lines: %q", err)
			}
			return
		}
		if l.Steps < 1 || l.Layers < 1 || l.Items < 1 || l.Steps*l.Layers*l.Items != len(l.Values) {
			t.Errorf("%d values for %d × %d × %d", len(l.Values), l.Steps, l.Layers, l.Items)
		}
	})
}
