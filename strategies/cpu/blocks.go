package cpu

// blockStep is one step of sorting rows, lane by lane, in blocks of blockRows. It
// works on one block or on two.
type blockStep struct {
	kind blockKind
	a, b uint32 // the blocks' offsets in bytes
}

// blockKind says what a step does. The assembly relies on the values: blockSort <
// blockMerge < the steps of two blocks, with the halves before the flips,
// and the bit blockThen says that blockMerge of a follows.
type blockKind uint32

const (
	blockSort  blockKind = 0 // a is sorted
	blockMerge blockKind = 1 // a, which is bitonic, is sorted
	blockHalve blockKind = 2 // min of row i of a and row i of b to a, max to b
	blockFlip  blockKind = 4 // the same with row blockRows−1−i of b

	blockThen      blockKind = 1 // a bit
	blockHalveThen           = blockHalve | blockThen
	blockFlipThen            = blockFlip | blockThen
)

// blockRows is the number of rows that registers hold at a time.
const blockRows = 16

// newBlocks returns the steps that sort the given number of blocks: each by itself,
// then runs of them by bitonic merges (Batcher, "Sorting networks and their
// applications", 1968). The second run of a pair may be shorter. The blocks that it
// lacks would hold the max and stay at its end, so they need no steps.
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
			// The first run and the second reversed form a bitonic sequence.
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
			// The last step above has merged the first block of each pair.
			for b := start; b < end; b++ {
				if (b-start)%2 == 1 || b+1 == end {
					add(blockMerge, b, b)
				}
			}
		}
	}
	return steps
}
