package planners

// Assign is the solver of the assignment problem, for tests.
func Assign(n int, value func(i, j int) int32) []int32 {
	column := make([]int32, n)
	new(assignment).solve(n, value, column)
	return column
}
