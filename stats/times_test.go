package stats

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestOutliersOf(t *testing.T) {
	// SciPy: np.percentile(x, [25, 75]) = 102.25, 106.75
	got, fences, err := OutliersOf([]float64{100, 101, 140, 102, 103, 104, 105, 106, 107, 115})
	checkNoError(t, err)
	if want := (Fences{88.75, 95.5, 113.5, 120.25}); fences != want {
		t.Errorf("fences %v, want %v", fences, want)
	}
	if want := []Outlier{{2, 140, HighSevere}, {9, 115, HighMild}}; !slices.Equal(got, want) {
		t.Errorf("outliers %v, want %v", got, want)
	}
	for value, want := range map[float64]OutlierClass{
		88: LowSevere, 88.75: LowMild, 95: LowMild, 95.5: "", 113.5: "", 120.25: HighMild, 121: HighSevere,
	} {
		if got := fences.Classify(value); got != want {
			t.Errorf("%v is %q, want %q", value, got, want)
		}
	}
}

func TestDipMatchesDiptest(t *testing.T) {
	// diptest 0.12.0 (the code of R's package): diptest.diptest(x). It gives
	// 0 where the distribution is unimodal as it is; here that is 1/2n.
	faculty := []float64{30, 33, 35, 36, 37, 37, 39, 39, 39, 39, 39, 40, 40, 40, 40, 41, 42, 43, 43, 43, 44, 44, 45, 45, 46,
		47, 47, 48, 48, 48, 49, 50, 50, 51, 52, 52, 53, 53, 53, 53, 53, 54, 54, 57, 57, 59, 60, 60, 60, 61, 61, 61, 61, 62, 62,
		62, 62, 63, 66, 70, 72, 72}
	for _, c := range []struct {
		name    string
		values  []float64
		dip     float64
		bimodal bool
	}{
		{"faculty", faculty, 0.06048387096774194, false}, // p = 0.081
		{"two groups", []float64{1, 1.1, 1.2, 1.05, 5, 5.1, 5.2, 5.05, 1.15, 5.15}, 0.2375, true},
		{"two groups with ties", []float64{1, 1, 1, 2, 2, 9, 9, 9, 9, 3}, 0.2, true}, // p = 5e-5
		{"even", []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.05, false},
		{"equal", []float64{4, 4, 4, 4, 4, 4, 4, 4, 4, 4}, 0.05, false},
		{"one outlier", []float64{1, 1.1, 1.2, 1.05, 1.15, 1.12, 1.07, 1.03, 1.01, 50}, 0.06, false},
	} {
		got, err := Dip(c.values)
		checkNoError(t, err)
		checkNear(t, c.name, got, c.dip, 1e-12)
		warnings, err := CheckModes(c.values)
		checkNoError(t, err)
		if (warnings != nil) != c.bimodal {
			t.Errorf("%s: warnings %v, want bimodal %v", c.name, warnings, c.bimodal)
		}
	}
}

func TestDipCriticalValues(t *testing.T) {
	// The 99 % points in the table of R's diptest (qDiptab), for the dip itself.
	for n, want := range map[int]float64{8: 0.17299, 10: 0.15968, 20: 0.12062, 50: 0.0812, 100: 0.05902, 500: 0.02745, 1000: 0.01961, 5000: 0.00886} {
		if got := criticalRoot(n) / math.Sqrt(float64(n)); math.Abs(got-want) > 0.02*want {
			t.Errorf("critical dip of %d values = %.5f, want %.5f", n, got, want)
		}
	}
}

func TestDipDoesNotDependOnUnitOrDirection(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.SliceOfN(rapid.IntRange(-20, 20), 1, 40).Draw(t, "values")
		values, mirrored := make([]float64, len(whole)), make([]float64, len(whole))
		for i, v := range whole {
			values[i], mirrored[i] = float64(v), -8*float64(v)+3
		}
		dip, _ := Dip(values)
		other, _ := Dip(mirrored)
		if math.Abs(dip-other) > 1e-12 {
			t.Errorf("dip %v, mirrored %v", dip, other)
		}
		if least := 0.5 / float64(len(values)); dip < least-1e-12 || dip > 0.25+1e-12 && dip > least+1e-12 {
			t.Errorf("dip %v out of range", dip)
		}
	})
}

func TestCheckTimes(t *testing.T) {
	steady := []float64{100001, 100123, 100277, 100390, 100412, 100533, 100671, 100704, 100818, 100955}
	for _, c := range []struct {
		name string
		ns   []float64
		want []Code
	}{
		{"good", steady, nil},
		{"few", steady[:5], []Code{FewRepeats}},
		{"noisy", []float64{100001, 80123, 150277, 120390, 90412, 110533, 131671, 95704, 142818, 104955}, []Code{Noisy}},
		{"outlier", append(slices.Clone(steady[1:]), 300007), []Code{Outliers}},
		{"bimodal", []float64{100001, 100123, 100277, 100390, 100412, 105533, 105671, 105704, 105818, 105955}, []Code{Bimodal}},
		{"short", []float64{200, 201, 202, 203, 204, 205, 206, 207, 208, 209}, []Code{CoarseClock}},
		{"fine steps", []float64{15400, 15500, 15500, 15600, 15600, 15600, 15700, 15700, 15800, 15800}, nil},
		{"coarse steps", []float64{15000, 15000, 15500, 15500, 15500, 15500, 15500, 16000, 16000, 16000}, []Code{CoarseClock}},
		{"one", []float64{5e6}, []Code{FewRepeats}},
	} {
		got, err := CheckTimes(c.ns)
		checkNoError(t, err)
		if !slices.Equal(codes(got), c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestClockStep(t *testing.T) {
	for _, c := range []struct {
		ns   []float64
		want float64
	}{
		{[]float64{100, 300, 250}, 50},
		{[]float64{7, 11}, 1},
		{[]float64{500, 500}, 0},
		{[]float64{0, 12, 18}, 6},
	} {
		if got := ClockStep(c.ns); got != c.want {
			t.Errorf("ClockStep(%v) = %v, want %v", c.ns, got, c.want)
		}
	}
}

func TestCheckMachine(t *testing.T) {
	for _, c := range []struct {
		load  float64
		cores int
		busy  bool
	}{{0.1, 2, false}, {1, 2, false}, {1.1, 2, true}, {3, 64, false}, {5, 0, false}} {
		if got := CheckMachine(c.load, c.cores); (got != nil) != c.busy {
			t.Errorf("load %v on %d cores: %v", c.load, c.cores, got)
		}
	}
}
