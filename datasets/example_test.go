package datasets_test

import (
	"fmt"
	"strings"

	"packbench/datasets"
)

// A generated workload is a name with parameters; with a seed it gives the same
// loads everywhere.
func ExampleParse() {
	w, err := datasets.Parse("planted:items=12,packs=3,layers=1,target=100")
	if err != nil {
		fmt.Println(err)
		return
	}
	loads, err := w.Generate(7)
	if err != nil {
		fmt.Println(err)
		return
	}
	best, _ := w.Optimum()
	fmt.Println(w.Spec())
	fmt.Println(loads.Shape(), loads.Hash()[:16])
	fmt.Println(loads.Weights)
	fmt.Println("at best, the heaviest of", best.Packs, "packs holds", best.Max)
	// Output:
	// planted:layers=1,items=12,packs=3,target=100
	// 1 layer of 12 items 30f0c4a87ced0778
	// [21 17 26 33 28 29 25 40 19 12 34 16]
	// at best, the heaviest of 3 packs holds 100
}

// Recorded loads come from NumPy, JSON and CSV files.
func ExampleReadFrom() {
	loads, err := datasets.ReadFrom(strings.NewReader(`{"weights": [[3, 1, 4], [1, 5, 9]]}`), datasets.JSON, datasets.ReadOptions{})
	fmt.Println(loads.Shape(), loads.Layer(0, 1), err)

	_, err = datasets.ReadFrom(strings.NewReader("3,1,4\n1,-5,9\n"), datasets.CSV, datasets.ReadOptions{})
	fmt.Println(err)
	// Output:
	// 2 layers of 3 items [1 5 9] <nil>
	// layer 1, item 1: weight -5: a load must be a finite number ≥ 0
}
