package python

import (
	"fmt"
	"strings"
)

// The marks of a change as program searches write it.
const (
	searchMark  = "<<<<<<< SEARCH"
	middleMark  = "======="
	replaceMark = ">>>>>>> REPLACE"
)

// cutBlocks returns one side, "search" or "replace", of the SEARCH/REPLACE blocks of
// a change: the program before or after. Lines of the other side and around the
// blocks are empty, so that line numbers stay those of the file.
func cutBlocks(text, side string) (string, error) {
	const outside, search, replace = 0, 1, 2
	wanted := search
	if side == "replace" {
		wanted = replace
	}
	var out strings.Builder
	state, began, blocks := outside, 0, 0
	number := 0
	for line := range strings.Lines(text) {
		number++
		mark := strings.TrimRight(line, " \t\r\n")
		next := state
		switch {
		case mark == searchMark:
			if state != outside {
				return "", fmt.Errorf("line %d: a block begins within the block of line %d, which needs %q to end", number, began, replaceMark)
			}
			next, began = search, number
		case mark == middleMark && state == search:
			next = replace
		case mark == replaceMark:
			if state != replace {
				return "", fmt.Errorf("line %d: a block ends without both parts: a block is %q, %q, %q", number, searchMark, middleMark, replaceMark)
			}
			next = outside
			blocks++
		}
		if next == state && state == wanted {
			out.WriteString(line)
		} else {
			out.WriteByte('\n')
		}
		state = next
	}
	switch {
	case state != outside:
		return "", fmt.Errorf("the block of line %d has no end: %q is missing", began, replaceMark)
	case blocks == 0:
		return "", fmt.Errorf("no SEARCH/REPLACE block, which begins with a line %q", searchMark)
	}
	return out.String(), nil
}
