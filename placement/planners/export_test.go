package planners

// Assign is the solver of the assignment problem, for tests.
func Assign(n int, value func(i, j int) int32) []int32 {
	var a assignment
	a.begin(n)
	for i := range n {
		for j := range n {
			a.set(i, j, value(i, j))
		}
	}
	column := make([]int32, n)
	a.solve(column)
	return column
}
