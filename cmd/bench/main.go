// Command bench runs balanced packing strategies against each other: it
// generates or reads expert loads, packs them on the CPU or a GPU, records
// imbalance and runtime of every run, and draws and reports the results.
//
// Run "bench --help" for the verbs, "bench VERB --help" for one of them.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"packbench/internal/atomicfile"
)

// app is the command line: a verb per field.
type app struct {
	Run     runCmd     `cmd:"" help:"Run an experiment and report it."`
	Pack    packCmd    `cmd:"" help:"Pack the loads of one file."`
	Dataset datasetCmd `cmd:"" help:"Generate, describe and convert loads."`
	List    listCmd    `cmd:"" help:"List strategies, backends, workloads and experiments."`
	Env     envCmd     `cmd:"" help:"Describe this machine and program."`
	Report  reportCmd  `cmd:"" help:"Draw the figures of a run and write its report again."`
	Compare compareCmd `cmd:"" help:"Compare two runs, or the strategies of one, and say what differs significantly."`
	Export  exportCmd  `cmd:"" help:"Export the records of a run for benchstat, pandas, DuckDB."`
	Verify  verifyCmd  `cmd:"" help:"Hold the backends to recorded packings and to each other, bit for bit."`
}

// streams are the standard streams of a verb.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// write writes to the file at path, whole or not at all, or to standard output
// where path is "-" or empty.
func (s *streams) write(path string, write func(io.Writer) error) error {
	if path == "" || path == "-" {
		return write(s.out)
	}
	return atomicfile.Write(path, write)
}

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1 // a run failed, or a comparison regressed
	exitUsage  = 2 // wrong usage or bad input
)

// errFailed marks an error as a failure of what was asked for, not of how it
// was asked: exit code 1 instead of 2.
var errFailed = errors.New("failed")

// failed wraps err so that the exit code is 1.
func failed(err error) error { return failure{err} }

type failure struct{ error }

func (f failure) Unwrap() []error { return []error{f.error, errFailed} }

func main() {
	os.Exit(run(os.Args[1:], &streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// run executes the command line args and returns the exit code. Errors go to
// s.err, one line each.
func run(args []string, s *streams) int {
	var cli app
	code := -1
	parser, err := kong.New(&cli,
		kong.Name("bench"),
		kong.Description("Benchmark and research harness for balanced packing: put n items into m packs, n/m each, as evenly as possible."),
		kong.Writers(s.out, s.err),
		kong.Exit(func(c int) { code = c }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		loadFormats(),
		rawStrings(),
	)
	if err != nil {
		return report(s, err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	ctx, err := parser.Parse(args)
	if code >= 0 { // --help was printed
		return code
	}
	if err == nil {
		err = ctx.Run(s)
	}
	return report(s, err)
}

func report(s *streams, err error) int {
	if err == nil {
		return exitDone
	}
	fmt.Fprintf(s.err, "bench: %s\n", strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; "))
	if errors.Is(err, errFailed) {
		return exitFailed
	}
	return exitUsage
}
