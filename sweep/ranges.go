package sweep

import (
	"strconv"
	"strings"
)

// Ranges writes ascending numbers as Slurm does, "1-3,7".
func Ranges(list []int) string {
	var parts []string
	for from := 0; from < len(list); {
		to := from
		for to+1 < len(list) && list[to+1] == list[to]+1 {
			to++
		}
		part := strconv.Itoa(list[from])
		if to > from {
			part += "-" + strconv.Itoa(list[to])
		}
		parts = append(parts, part)
		from = to + 1
	}
	return strings.Join(parts, ",")
}
