package cpu

// blockStep is one step of sorting rows in blocks of blockRows, lane by lane. It
// compares the rows of two blocks, or those of one.
type blockStep struct {
	kind blockKind
	a, b uint32 // the blocks' offsets in bytes
}

// blockKind is what a step does. The assembly depends on the values: blockSort is
// less than blockMerge and these less than the steps of two blocks, halves before
// flips, and blockThen is set where blockMerge of a follows.
type blockKind uint32

const (
	blockSort  blockKind = 0 // a is sorted
	blockMerge blockKind = 1 // a, which is bitonic, is sorted
	blockHalve blockKind = 2 // row i of a and row i of b change places if the first is greater
	blockFlip  blockKind = 4 // row i of a and row blockRows−1−i of b, likewise

	blockThen      blockKind = 1 // a bit
	blockHalveThen           = blockHalve | blockThen
	blockFlipThen            = blockFlip | blockThen
)

// blockRows is the number of rows that stand in registers at a time.
const blockRows = 16

// newBlocks returns the steps that sort so many blocks: each for itself, then
// runs of them by bitonic merges (Batcher, "Sorting networks and their
// applications", 1968). The second run of two may be the shorter; what it lacks
// would stay at its end, so there is nothing to do for it.
func newBlocks(blocks int) []blockStep {
	var steps []blockStep
	add := func(kind blockKind, a, b int) {
		const size = blockRows * lanes * 4
		steps = append(steps, blockStep{kind, uint32(size * a), uint32(size * b)})
	}
	for b := range blocks {
		add(blockSort, b, b)
	}
	for run := 1; run < blocks; run *= 2 {
		for start := 0; start+run < blocks; start += 2 * run {
			end := min(start+2*run, blocks)
			// The second run reversed behind the first makes a bitonic sequence.
			flip := blockFlip
			if run == 1 {
				flip = blockFlipThen
			}
			for b := range run {
				if other := start + 2*run - 1 - b; other < end {
					add(flip, start+b, other)
				}
			}
			for d := run / 2; d > 0; d /= 2 {
				halve := blockHalve
				if d == 1 {
					halve = blockHalveThen
				}
				for b := start; b+d < end; b++ {
					if (b-start)&d == 0 {
						add(halve, b, b+d)
					}
				}
			}
			// The first of two blocks has been merged with the last step.
			for b := start; b < end; b++ {
				if (b-start)%2 == 1 || b+1 == end {
					add(blockMerge, b, b)
				}
			}
		}
	}
	return steps
}
