package draws

// Lanes is the number of candidates whose draws [PhiloxLanes] makes side by
// side.
const Lanes = 8

// PhiloxLanes fills rows with the draws of Lanes consecutive candidates of one
// layer: rows[i][l] is the draw of item i of candidate first + l, the same that
// [Philox] gives. A processor with AVX-512 makes those of all lanes at once.
func PhiloxLanes(rows [][Lanes]uint64, seed uint64, layer, first int) {
	philoxBlocks(rows, seed, layer, first, philoxVector(rows, seed, layer, first))
}

// philoxBlocks fills rows from the start-th on, start being a multiple of 4.
func philoxBlocks(rows [][Lanes]uint64, seed uint64, layer, first, start int) {
	key := [2]uint32{uint32(seed), uint32(seed >> 32)}
	for i := start; i < len(rows); i += 4 {
		for l := range Lanes {
			block := Philox4x32([4]uint32{uint32(i / 4), uint32(first + l), uint32(layer), 0}, key)
			for j := range min(4, len(rows)-i) {
				rows[i+j][l] = uint64(block[j] >> (32 - Bits))
			}
		}
	}
}
