//go:build !amd64 || purego

package cpu

// hasVector reports that there are no vector instructions. So no vector and no
// swapper is made, and nothing calls the functions below.
func hasVector() bool { return false }

const queueBlock = 1

func makeKeys(_, _ []vectorRow, _ []numberedWeight, _ *vectorKeys) {}
func sortBlocks([]vectorRow, []blockStep)                          {}
func findTies([]vectorRow, uint32, []uint16) bool                  { return false }

func packShort([]vectorRow, uint32, []numberedWeight, *shortPacking, int, *[shortPacks]vectorRow) {}
func sortRows([]longRow, []comparator)                                                            {}
func fillLong(int, []vectorRow, uint32, []numberedWeight, []longRow, uint64) bool                 { return false }
func packLong(int, []vectorRow, uint32, []numberedWeight, []longRow) (lightest, heaviest longRow) {
	return lightest, heaviest
}
func takeBlocks([]vectorRow, uint, *placeFormat, *slot) int { return 0 }

func findSwaps([]swapWeights, []swapWords, []swapWeights, int, *bestSwaps) {}
