package planners

import "math"

// assignment solves the assignment problem: which column each row gets so that
// the sum of the values is greatest. Rows first take columns greedily along
// reduced costs, as far as that is optimal, and the rest come in by shortest
// augmenting paths (Jonker and Volgenant 1987): O(n³), on small whole numbers.
type assignment struct {
	n      int
	cost   []int32 // [rows, columns] value with the sign of −
	rowOf  []int32 // of a column; free where there is none
	u, v   []int32 // potentials: cost − u − v ≥ 0, and 0 where assigned
	dist   []int32
	way    []int32 // the column before on the shortest path
	done   []bool
	toScan []int32 // columns that the search has not reached for good
}

// free marks a column without a row, and a path's start.
const free = -1

// begin makes room for n rows and columns, whose values are to be set.
func (a *assignment) begin(n int) {
	a.n = n
	a.cost = resize(a.cost, n*n)
	a.rowOf, a.u, a.v = resize(a.rowOf, n), resize(a.u, n), resize(a.v, n)
	a.dist, a.way, a.done = resize(a.dist, n), resize(a.way, n), resize(a.done, n)
}

// set sets the value of a row in a column, at most 2²⁴ either way.
func (a *assignment) set(row, column int, value int32) { a.cost[row*a.n+column] = -value }

// solve writes the column of each row. Of several best assignments the same one
// is found every time.
func (a *assignment) solve(column []int32) {
	a.reduce()
	for j := range a.rowOf {
		a.rowOf[j] = free
	}
	for i := range column {
		column[i] = free
		row := a.cost[i*a.n : (i+1)*a.n]
		for j, c := range row {
			if a.rowOf[j] == free && c == a.u[i]+a.v[j] {
				a.rowOf[j], column[i] = int32(i), int32(j)
				break
			}
		}
	}
	for i := range column {
		if column[i] == free {
			a.augment(int32(i))
		}
	}
	for j, i := range a.rowOf {
		column[i] = int32(j)
	}
}

// reduce sets the potentials to the min cost of each row, then of what is left
// of each column.
func (a *assignment) reduce() {
	for j := range a.v {
		a.v[j] = math.MaxInt32
	}
	for i := range a.u {
		row := a.cost[i*a.n : (i+1)*a.n]
		least := row[0]
		for _, c := range row {
			least = min(least, c)
		}
		a.u[i] = least
		for j, c := range row {
			a.v[j] = min(a.v[j], c-least)
		}
	}
}

// augment assigns a row along the shortest path to a free column.
func (a *assignment) augment(start int32) {
	a.toScan = a.toScan[:0]
	for j := range a.n {
		a.dist[j], a.way[j], a.done[j] = math.MaxInt32, free, false
		a.toScan = append(a.toScan, int32(j))
	}
	row, from, reached := start, int32(free), int32(0)
	for {
		costs, u := a.cost[int(row)*a.n:][:a.n], a.u[row]-reached
		best, at := int32(math.MaxInt32), 0
		for k, j := range a.toScan {
			if d := costs[j] - u - a.v[j]; d < a.dist[j] {
				a.dist[j], a.way[j] = d, from
			}
			if a.dist[j] < best {
				best, at = a.dist[j], k
			}
		}
		column := a.toScan[at]
		a.toScan = append(a.toScan[:at], a.toScan[at+1:]...)
		reached, from = best, column
		if a.rowOf[column] == free {
			break
		}
		a.done[column] = true
		row = a.rowOf[column]
	}
	// Rows and columns on the way move by how much nearer than the end they are.
	a.u[start] += reached
	for j, done := range a.done {
		if done {
			a.u[a.rowOf[j]] += reached - a.dist[j]
			a.v[j] -= reached - a.dist[j]
		}
	}
	for column := from; ; {
		before := a.way[column]
		if before == free {
			a.rowOf[column] = start
			return
		}
		a.rowOf[column] = a.rowOf[before]
		column = before
	}
}

// resize returns a slice of n elements, in the memory of s where that is enough.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
