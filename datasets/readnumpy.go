package datasets

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"packbench/internal/npz"
	"packbench/internal/spec"
)

// readNPY reads an .npy file.
func readNPY(b []byte) (*Loads, error) {
	view, err := npz.ReadArray(b)
	if err != nil {
		return nil, err
	}
	return fromArray(view)
}

// readNPZ reads the named array of an .npz file, or the only one.
func readNPZ(b []byte, name string) (*Loads, error) {
	archive, err := npz.OpenArchive(b)
	if err != nil {
		return nil, err
	}
	names := archive.Names()
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("the archive has no arrays")
	case name == "" && len(names) > 1:
		return nil, fmt.Errorf("the archive has %d arrays: choose one with --array (%s)", len(names), strings.Join(names, ", "))
	case name == "":
		name = names[0]
	case !slices.Contains(names, name):
		return nil, fmt.Errorf("the archive has no array %q%s", name, spec.Suggest(name, names))
	}
	view, err := archive.Read(name, MaxLoads)
	if err != nil {
		return nil, err
	}
	return fromArray(view)
}

// fromArray takes an array of one to three dimensions as loads.
func fromArray(view *npz.View) (*Loads, error) {
	steps, layers, items := 1, 1, 1
	switch shape := view.Shape; len(shape) {
	case 1:
		items = shape[0]
	case 2:
		layers, items = shape[0], shape[1]
	case 3:
		steps, layers, items = shape[0], shape[1], shape[2]
	default:
		return nil, fmt.Errorf("an array of %d dimensions: use [items], [layers, items] or [steps, layers, items]", len(shape))
	}
	if err := checkShape(steps, layers, items); err != nil {
		return nil, err
	}
	loads := newLoads("", steps, layers, items)
	for i := range loads.Weights {
		w := view.Float32(i)
		if w > math.MaxFloat32 {
			if exact := view.Float64(i); exact <= math.MaxFloat64 {
				return nil, tooLarge(loads.place(i), exact)
			}
		}
		loads.Weights[i] = w
	}
	return loads, nil
}

// tooLarge is the error of a finite number that float32 cannot hold.
func tooLarge(place string, v float64) error {
	return fmt.Errorf("%s: weight %g is above the largest float32 (%.3g): scale the loads down", place, v, math.MaxFloat32)
}
