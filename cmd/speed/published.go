package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"packbench/datasets"
	"packbench/packing"
)

//go:embed published.py
var publishedScript string

// timePublished times the published program in a Python file, on the loads that
// this program is timed on.
func timePublished(path string) (map[string]float64, error) {
	dir, err := os.MkdirTemp("", "speed")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "published.py")
	if err := os.WriteFile(script, []byte(publishedScript), 0o666); err != nil {
		return nil, err
	}
	args := []string{script, path}
	for _, s := range sizes {
		file := filepath.Join(dir, s.Typed()+".npy")
		if err := writeLoads(s, file); err != nil {
			return nil, err
		}
		args = append(args, fmt.Sprintf("%s=%d=%s", s.Typed(), s.Packs, file))
	}
	command := exec.Command("python3", args...)
	var errors strings.Builder
	command.Stderr = &errors
	text, err := command.Output()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(errors.String()), "\n")
		return nil, fmt.Errorf("the published program was not timed: %w: %s", err, lines[len(lines)-1])
	}
	values := map[string]float64{}
	if err := json.Unmarshal(text, &values); err != nil {
		return nil, fmt.Errorf("the published program's times: %w", err)
	}
	return values, nil
}

func writeLoads(s packing.Shape, path string) error {
	w, err := datasets.Parse(fmt.Sprintf("lognormal:sigma=0.66,layers=%d,items=%d", s.Layers, s.Items))
	if err != nil {
		return err
	}
	loads, err := w.Generate(1)
	if err != nil {
		return err
	}
	return loads.Write(path)
}
