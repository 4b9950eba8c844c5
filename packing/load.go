package packing

import (
	"fmt"
	"math"
)

// CheckLoad returns an error unless v is a valid load: a finite number ≥ 0 that
// float32 can hold. It is the one rule for loads that are read, generated or
// packed; callers add the load's position.
func CheckLoad[F float32 | float64](v F) error {
	if v >= 0 && v <= math.MaxFloat32 {
		return nil
	}
	if v > math.MaxFloat32 && !math.IsInf(float64(v), 1) {
		return fmt.Errorf("weight %v: the largest load is %.8g", v, math.MaxFloat32)
	}
	return fmt.Errorf("weight %v: a load must be a finite number ≥ 0", v)
}

// CheckWeights returns an error that names the first load in rows of items that
// breaks the rule of [CheckLoad], with its layer and item.
func CheckWeights[F float32 | float64](weights []F, items int) error {
	for i, w := range weights {
		if err := CheckLoad(w); err != nil {
			return fmt.Errorf("layer %d, item %d: %w", i/items, i%items, err)
		}
	}
	return nil
}
