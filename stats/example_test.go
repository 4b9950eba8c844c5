package stats_test

import (
	"fmt"

	"packbench/stats"
)

// Two strategies packed the same eight layers; is the second better?
func ExampleSignedRank() {
	before := []float64{9.1, 8.4, 7.9, 8.8, 9.5, 8.1, 7.7, 9.0}
	after := []float64{8.7, 8.1, 8.0, 8.2, 8.8, 8.1, 7.2, 8.8}

	pairs, err := stats.SignedRank(after, before)
	if err != nil {
		fmt.Println(err)
		return
	}
	difference, err := stats.Bootstrap{Seed: 1}.PairedDifference(after, before)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("better in %d layers, equal in %d, worse in %d, p = %.4f\n", pairs.Wins, pairs.Ties, pairs.Losses, pairs.P)
	fmt.Printf("mean difference %.3f, 95 %% interval [%.3f, %.3f]\n", difference.Center, difference.Lo, difference.Hi)
	// Output:
	// better in 6 layers, equal in 1, worse in 1, p = 0.0312
	// mean difference -0.325, 95 % interval [-0.500, -0.137]
}

// What is wrong with a measurement comes as values.
func ExampleCheckTimes() {
	warnings, err := stats.CheckTimes([]float64{102400, 98300, 101100, 250800})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range warnings {
		fmt.Println(w.Code, "-", w.Message)
	}
	// Output:
	// few-repeats - 4 runs give no 95 % interval of the median
}
