package datasets

import (
	"math"
	"strconv"

	"packbench/internal/spec"
)

// The default size is that of the published comparison: 58 layers of 256
// experts with 32 redundant replicas.
const (
	defaultLayers = 58
	defaultItems  = 288
)

// maxTokens is the largest count that float32 holds with all below it.
const maxTokens = 1 << 24

func whole(name string, def, lo, hi int, doc string) spec.Param {
	return spec.Param{Name: name, Kind: spec.Int, Default: strconv.Itoa(def), Min: float64(lo), Max: float64(hi), Doc: doc}
}

func float(name string, def, lo, hi float64, doc string) spec.Param {
	return spec.Param{Name: name, Kind: spec.Float, Default: strconv.FormatFloat(def, 'g', -1, 64), Min: lo, Max: hi, Doc: doc}
}

// sized declares layers and items with their defaults, before params.
func sized(layers, items int, params ...spec.Param) []spec.Param {
	return append([]spec.Param{
		whole("layers", layers, 1, 1<<20, "layers"),
		whole("items", items, 1, 1<<26, "items per layer"),
	}, params...)
}

// drawsParam is the version of the draws, a parameter of every workload.
const drawsParam = "draws"

// versioned declares the version of the draws after params. In version 1, which
// recorded results have, one generator uses the same draws whatever its
// parameters, so that its workloads are not independent of each other: with one
// seed lognormal:sigma=1 is the square of lognormal:sigma=0.5.
func versioned(params []spec.Param) []spec.Param {
	return append(params[:len(params):len(params)], whole(drawsParam, 1, 1, 2, "1: the same random draws for all parameters of a generator; 2: independent ones for any others"))
}

// scaled declares scale after params.
func scaled(params ...spec.Param) []spec.Param {
	return append(params, float("scale", 1, 1e-30, 1e30, "every load is multiplied by this"))
}

// limit brings a load that is too large for float32 sums down to the largest
// that is not: a variate of a heavy tail may be any number.
func limit(x float64) float32 {
	const largest = math.MaxFloat32 / (1 << 27) // the sum of 2²⁶ such items is finite
	return float32(min(x, largest))
}
