//go:build !amd64 || purego

package cpu

// hasVector reports that there are no vector instructions: no vector is made,
// and what follows is never called.
func hasVector() bool { return false }

const queueBlock = 1

func makeKeys([]row, []float32, *laneKeys)                    {}
func sortRows([]row, []comparator)                            {}
func fillPacks([]row, []uint64, []row, uint64) bool           { return false }
func packRows([]row, []uint64, []row) (least, most row)       { return least, most }
func bestGain(_, _, _, _ []float32, _ float32) (float32, int) { return 0, 0 }
func firstGain(_, _ []float32, _, _ float32) int              { return -1 }

func compactMakeKeys(_, _ []compactRow, _ []numberedWeight, _ *compactKeys)                         {}
func compactSort([]compactRow, []blockStep)                                                         {}
func compactTies([]compactRow) uint16                                                               { return 0 }
func compactPackRows([]compactRow, []numberedWeight, *compactQueue, int, *[compactPacks]compactRow) {}
