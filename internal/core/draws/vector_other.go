//go:build !amd64 || purego

package draws

// There are no vector instructions, so these do nothing.

func (*Layer) fillVector([][Lanes]uint32, int) int { return 0 }
func twistVector(*[2 * mtWords]uint32) bool        { return false }
func temperVector(_, _ []uint32) int               { return 0 }
