package planners

import "math"

// assignment solves the assignment problem: which column each row gets so that
// the sum of the values is greatest. It is the Hungarian method with shortest
// augmenting paths (Jonker and Volgenant 1987), O(n³), on small whole numbers.
type assignment struct {
	rowOf      []int32 // of a column, −1 where it is free
	u, v, dist []int32
	way        []int32
	done       []bool
}

// solve writes the column of each of n rows to column. value(i, j) is that of
// row i in column j, ≥ 0 and at most 2²⁰. Of several best assignments the same
// one is found every time.
func (a *assignment) solve(n int, value func(i, j int) int32, column []int32) {
	a.rowOf = resize(a.rowOf, n+1)
	a.u, a.v, a.dist, a.way = resize(a.u, n+1), resize(a.v, n+1), resize(a.dist, n+1), resize(a.way, n+1)
	a.done = resize(a.done, n+1)
	clear(a.rowOf)
	clear(a.u)
	clear(a.v)
	// Rows and columns are counted from 1; column 0 stands for the start of a path.
	for row := 1; row <= n; row++ {
		a.rowOf[0] = int32(row)
		for j := range n + 1 {
			a.dist[j], a.done[j] = math.MaxInt32, false
		}
		at := int32(0)
		for a.rowOf[at] != 0 {
			at = a.step(at, n, value)
		}
		for at != 0 {
			a.rowOf[at] = a.rowOf[a.way[at]]
			at = a.way[at]
		}
	}
	for j := 1; j <= n; j++ {
		column[a.rowOf[j]-1] = int32(j - 1)
	}
}

// step takes the search on from column at and returns the nearest column that
// was not visited.
func (a *assignment) step(at int32, n int, value func(i, j int) int32) int32 {
	a.done[at] = true
	row := a.rowOf[at]
	delta, next := int32(math.MaxInt32), int32(0)
	for j := 1; j <= n; j++ {
		if a.done[j] {
			continue
		}
		cost := -value(int(row)-1, j-1) - a.u[row] - a.v[j]
		if cost < a.dist[j] {
			a.dist[j], a.way[j] = cost, at
		}
		if a.dist[j] < delta {
			delta, next = a.dist[j], int32(j)
		}
	}
	for j := range n + 1 {
		if a.done[j] {
			a.u[a.rowOf[j]] += delta
			a.v[j] -= delta
		} else if a.dist[j] != math.MaxInt32 {
			a.dist[j] -= delta
		}
	}
	return next
}

// resize returns a slice of n elements, in the memory of s where that is enough.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
