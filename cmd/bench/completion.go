package main

import (
	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"
)

// completionCmd is "bench completion", in this program's words.
type completionCmd struct {
	Shell string `arg:"" optional:"" enum:"bash,zsh,fish," default:"" help:"bash, zsh or fish; default your login shell."`
	Code  bool   `short:"c" help:"Print the code itself, not how to use it."`
}

// Help implements [kong.HelpProvider].
func (*completionCmd) Help() string {
	return "The line that is printed completes in the running shell; in the shell's init file, in every one."
}

// Run implements the verb.
func (c *completionCmd) Run(ctx *kong.Context) error {
	return (&kongcompletion.Completion{Shell: c.Shell, Code: c.Code}).Run(ctx)
}
