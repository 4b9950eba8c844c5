package cuda

import "embed"

// The compiled kernels, one module per source file. They are PTX for compute
// capability 8.0, which the driver compiles for the GPU it finds; "make ptx"
// makes them anew.
//
//go:embed kernels/*.ptx
var modules embed.FS

// kernelNames are the kernels of each module.
var kernelNames = map[string][]string{
	"choose":       {"choose"},
	"greedy_large": {"greedy_large"},
	"greedy_small": {"greedy_small_32", "greedy_small_64", "greedy_small_128"},
	"orders_large": {"orders_large"},
	"orders_small": {"orders_small_128", "orders_small_256", "orders_small_512", "orders_small_1024"},
	"refine_large": {"refine_large_max_any", "refine_large_two_opt"},
	"refine_small": {"refine_small_max_any", "refine_small_two_opt"},
	"select_large": {"select_large"},
	"select_small": {"select_small_128", "select_small_1024"},
}
