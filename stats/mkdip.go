//go:build ignore

// Mkdip computes the critical values of the dip statistic in bimodal.go: the
// 99 % point of its distribution for uniform samples, the hardest unimodal
// ones, over 200000 samples of each size.
package main

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"slices"

	"packbench/stats"
)

func main() {
	const samples = 200000
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{8, 10, 12, 15, 20, 30, 50, 100, 200, 500, 1000} {
		dips := make([]float64, samples)
		values := make([]float64, n)
		for i := range dips {
			for j := range values {
				values[j] = random.Float64()
			}
			dip, err := stats.Dip(values)
			if err != nil {
				log.Fatal(err)
			}
			dips[i] = dip
		}
		slices.Sort(dips)
		fmt.Printf("\t{%d, %.4f},\n", n, math.Sqrt(float64(n))*dips[samples*99/100])
	}
}
