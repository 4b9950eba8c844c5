package main

import (
	"packbench/cmd/bench/internal/listing"
	"packbench/harness"
)

// envCmd is "bench env": what a run would record about this machine.
type envCmd struct {
	backendFlags
	JSON bool `name:"json" help:"Write JSON, as in manifest.json."`
}

// Run implements the verb.
func (c *envCmd) Run(s *streams) error {
	backends, err := c.backends()
	if err != nil {
		return badInput(err)
	}
	defer closeAll(backends)
	e := harness.CaptureEnvironment(backends, c.threads())
	if c.JSON {
		return listing.WriteJSON(s.out, e)
	}
	listing.WriteEnvironment(s.out, e)
	return nil
}
