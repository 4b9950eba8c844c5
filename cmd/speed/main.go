// Command speed measures the times that the README quotes and adds them to a JSON
// object of numbers, where make claims finds them: times in ns, memory in bytes.
//
//	go run ./cmd/speed -o FILE                     this program, with the processor's vector instructions
//	go run -tags purego ./cmd/speed -plain -o FILE the same in plain Go
//	go run ./cmd/speed -published PROGRAM -o FILE  the published program, which needs python3 with torch
//	go run ./cmd/speed -memory BENCH -o FILE       the memory that the default experiment takes
//
// A time is the median over rounds, each the mean of its calls. Take
// a quiet machine.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"

	"packbench/internal/atomicfile"
)

func main() {
	out := flag.String("o", "", "JSON file to add the numbers to")
	plain := flag.Bool("plain", false, "put plain/ before the names: for a build with the tag purego")
	published := flag.String("published", "", "time the published program in this Python file instead")
	memory := flag.String("memory", "", "measure the memory of the default run of this bench program instead")
	rounds := flag.Int("rounds", 10, "rounds of calls")
	flag.Parse()
	if err := run(*out, *plain, *published, *memory, *rounds); err != nil {
		fmt.Fprintf(os.Stderr, "speed: %v\n", err)
		os.Exit(1)
	}
}

func run(out string, plain bool, published, memory string, rounds int) error {
	if out == "" {
		return errors.New("no file to write: give -o FILE")
	}
	if rounds < 1 {
		return fmt.Errorf("%d rounds: use 1 or more", rounds)
	}
	values := map[string]float64{}
	var err error
	switch {
	case published != "":
		values, err = timePublished(published)
	case memory != "":
		values["memory"], err = peak(memory)
	default:
		err = timeAll(values, plain, rounds)
	}
	if err != nil {
		return err
	}
	return merge(out, values)
}

// merge adds values to those in the file.
func merge(path string, values map[string]float64) error {
	all := map[string]float64{}
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &all)
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	maps.Copy(all, values)
	text, err = json.MarshalIndent(all, "", "  ") // in the order of the names
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(path, append(text, '\n'))
}
