package exchange

// tuning holds the numbers that were chosen by trial: when a search is worth its
// time and when to move on to the next one. None of them decides whether a packing
// is valid or whether a descent ends. BenchmarkTuning halves and doubles each and
// shows the effect on time, exchanges and gap:
//
//	go test ./internal/core/exchange -run '^$' -bench Tuning
type tuning struct {
	// Searches for one exchange. The first four are expected finds, from which on a
	// search is worth its time.
	worthSingle float64 // one item for one
	worthSubset float64 // j for j, where larger subsets are left to try
	worthLast   float64 // j for j, where none are
	worthBoth   float64 // per partner, to bring the partner into the window
	partners    int     // max packs that are tried for an exchange of subsets
	scan        int     // items to either side of the best fit that are tried, in case its pack has no room
	patience    int     // fruitless lookups per item before luck counts

	// Phases of a descent.
	firstRung    float64 // the widest tolerance, in multiples of the reach
	rung         float64 // ratio of one tolerance to the next
	near         float64 // how far below the bound Near lets packs come, in multiples of the tolerance
	polish       float64 // ratio of the tolerance to the finer one that is tried for a few packs
	fewPacks     int     // max number of packs above the finer tolerance for which it is tried
	polishPasses int     // passes of an excess in that attempt
	worthPlain   float64 // share of plain searches that must have succeeded, once patience has run out
	easyPacks    int     // max number of packs for which exchanges of one item are quick

	// How many descents a layer is worth; see starts.
	fewItems int
	poor     float64 // gap in multiples of the reach
	poorFew  float64 // the same for few items
	poorest  float64 // gap, whatever the reach
	heavy    float64 // relative distance of bound and mean above which heavy items decide
}

// tuned returns the numbers in use.
func tuned() tuning {
	return tuning{
		worthSingle: 1, worthSubset: 1, worthLast: 0.1, worthBoth: 0.1,
		partners: 64, scan: 64, patience: 512,
		firstRung: 16, rung: 1.5, near: 1, polish: 100, fewPacks: 3, polishPasses: 8,
		worthPlain: 0.1, easyPacks: 16,
		fewItems: 40, poor: 32, poorFew: 2.5, poorest: 5e-3, heavy: 1e-3,
	}
}
