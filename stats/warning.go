package stats

// Warning is something a reader should know before trusting a result.
type Warning struct {
	Code    Code   `json:"code"`
	Message string `json:"message"` // what was seen, with the numbers
	Advice  string `json:"advice"`  // what to do about it
}

// String is "message: advice".
func (w Warning) String() string { return w.Message + ": " + w.Advice }

// Code identifies a kind of [Warning].
type Code string

// The kinds of warnings.
const (
	FewRepeats   Code = "few-repeats"  // too few values for an interval or for a test to find anything
	FewPairsCode Code = "few-pairs"    // too few pairs for a resampled interval of their mean
	AllEqual     Code = "all-equal"    // nothing to test: every value is the same
	Bimodal      Code = "bimodal"      // values fall into more than one group
	Outliers     Code = "outliers"     // values far outside the others
	Noisy        Code = "noisy"        // values spread widely around their median
	CoarseClock  Code = "coarse-clock" // the clock's steps or its cost are not small compared with the times
	BusyMachine  Code = "busy-machine" // the machine did other work
	Dependent    Code = "dependent"    // neighbouring values depend on each other too much for how few they are
)
