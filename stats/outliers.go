package stats

// Fences are the limits of Tukey beyond which a value is an outlier: 1.5
// interquartile ranges outside the quartiles for a mild one, 3 for a severe
// one.
type Fences struct {
	LowSevere, LowMild, HighMild, HighSevere float64
}

// OutlierClass is where a value lies relative to the fences.
type OutlierClass string

// The classes of outliers.
const (
	LowSevere  OutlierClass = "low severe"
	LowMild    OutlierClass = "low mild"
	HighMild   OutlierClass = "high mild"
	HighSevere OutlierClass = "high severe"
)

// Outlier is a value outside the fences.
type Outlier struct {
	Index int          `json:"index"` // in the sample
	Value float64      `json:"value"`
	Class OutlierClass `json:"class"`
}

// OutliersOf returns the values outside Tukey's fences in the order of the
// sample, and the fences. Name outliers, do not drop them: a slow run is as
// real as a fast one.
func OutliersOf(values []float64) ([]Outlier, Fences, error) {
	d, err := Describe(values)
	if err != nil {
		return nil, Fences{}, err
	}
	f := Fences{
		LowSevere: d.Q1 - 3*d.IQR(), LowMild: d.Q1 - 1.5*d.IQR(),
		HighMild: d.Q3 + 1.5*d.IQR(), HighSevere: d.Q3 + 3*d.IQR(),
	}
	var outliers []Outlier
	for i, v := range values {
		if class := f.Classify(v); class != "" {
			outliers = append(outliers, Outlier{i, v, class})
		}
	}
	return outliers, f, nil
}

// Classify returns the class of a value, "" if it is not an outlier.
func (f Fences) Classify(value float64) OutlierClass {
	switch {
	case value < f.LowSevere:
		return LowSevere
	case value < f.LowMild:
		return LowMild
	case value > f.HighSevere:
		return HighSevere
	case value > f.HighMild:
		return HighMild
	}
	return ""
}
