// Command bench runs balanced packing strategies against each other: it
// generates or reads expert loads, packs them on the CPU or a GPU, records
// imbalance and runtime of every run, and draws and reports the results.
//
// Run "bench --help" for the verbs, "bench VERB --help" for one of them.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"
	"github.com/posener/complete"

	"packbench/harness"
	"packbench/strategies"
)

// app is the command line: a verb per field.
type app struct {
	Run        runCmd        `cmd:"" help:"Run an experiment and report it."`
	Pack       packCmd       `cmd:"" help:"Pack the loads of one file."`
	Score      scoreCmd      `cmd:"" help:"Score a program in Python on a fixed set of loads, as a line of JSON."`
	Place      placeCmd      `cmd:"" help:"Plan which GPU holds which experts, for the loads of one file."`
	Replay     replayCmd     `cmd:"" help:"Replay a trace: plan placements on past loads, score them on the loads that follow."`
	Dataset    datasetCmd    `cmd:"" help:"Generate, describe and convert loads."`
	List       listCmd       `cmd:"" help:"List strategies, planners, backends, workloads, traces, estimators and experiments."`
	Env        envCmd        `cmd:"" help:"Describe this machine and program."`
	Report     reportCmd     `cmd:"" help:"Redraw the figures of a run and rewrite its report."`
	Compare    compareCmd    `cmd:"" help:"Compare two runs, or the strategies of one, and report significant differences."`
	Duel       duelCmd       `cmd:"" help:"Run two programs in turn on one experiment and compare them."`
	Merge      mergeCmd      `cmd:"" help:"Merge the shards of a sweep into one run."`
	Submit     submitCmd     `cmd:"" help:"Submit a sweep to Slurm: an array of shards, and a job that merges and reports."`
	Status     statusCmd     `cmd:"" help:"Show the progress of a sweep's shards."`
	Export     exportCmd     `cmd:"" help:"Export the records of a run for benchstat, pandas, DuckDB."`
	Verify     verifyCmd     `cmd:"" help:"Check the backends against recorded packings and each other, bit for bit."`
	Throughput throughputCmd `cmd:"" help:"Measure how many problems a backend packs per second, in a call each and in one call."`

	Completion completionCmd `cmd:"" help:"Print the shell code that completes bench commands on the Tab key."`

	Man     manFlag     `help:"Print the manual page and exit." hidden:""`
	Version versionFlag `help:"Print the version, the commit and what is built in, and exit."`
}

// streams are the standard streams of a verb.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer

	flags []string // the names of those on the command line
}

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1 // a run failed, or a comparison regressed
	exitUsage  = 2 // wrong usage or bad input
)

// badInput marks err, which may be nil, as the fault of what the user typed or of
// a file that the user named: exit code 2. Every error that is not marked, of
// a disk or a backend, say, is a failure: exit code 1.
func badInput(err error) error {
	if err == nil {
		return nil
	}
	return inputError{err}
}

type inputError struct{ error }

func (e inputError) Unwrap() error { return e.error }

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
	kongcompletion.Register(parser, predictors()...)
	if len(args) == 0 {
		args = []string{"--help"}
	}
	ctx, err := parser.Parse(attach(args))
	if code >= 0 { // --help was printed
		return code
	}
	if err != nil {
		return report(s, parseError(err))
	}
	if err := cmp.Or(checkEmpty(ctx), checkRanges(ctx)); err != nil {
		return report(s, badInput(err))
	}
	out := &sticky{w: s.out}
	err = ctx.Run(&streams{in: s.in, out: out, err: s.err, flags: flagsOf(ctx)})
	if err == nil && out.err != nil {
		err = fmt.Errorf("cannot write the output: %w", out.err)
	}
	return report(s, err)
}

// predictors complete the values that the tag predictor names.
func predictors() []kongcompletion.Option {
	var names []string
	for _, d := range strategies.Builtin() {
		names = append(names, d.Name)
	}
	yaml := complete.PredictFiles("*.y*ml")
	return []kongcompletion.Option{
		kongcompletion.WithPredictor("experiment", complete.PredictOr(complete.PredictSet(harness.BuiltinNames()...), yaml)),
		kongcompletion.WithPredictor("strategy", complete.PredictSet(names...)),
		kongcompletion.WithPredictor("file", complete.PredictFiles("*")),
		kongcompletion.WithPredictor("dir", complete.PredictDirs("*")),
	}
}

// sticky remembers the first error of a writer, so that no verb can lose one:
// the libraries that print tables do.
type sticky struct {
	w   io.Writer
	err error
}

// Write implements [io.Writer].
func (s *sticky) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(p)
	s.err = err
	return n, err
}

// report prints an error on one line and returns the exit code.
func report(s *streams, err error) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, context.Canceled) { // as only an interrupt does
		err = errors.New("interrupted")
	}
	fmt.Fprintf(s.err, "bench: %s\n", clean(err.Error()))
	if errors.As(err, new(inputError)) {
		return exitUsage
	}
	return exitFailed
}

// maxMessage is how many bytes of an error are printed: one long token of a
// damaged file should not fill the screen.
const maxMessage = 2000

// clean puts text on one line for a terminal: control characters, which could
// move its cursor or change its title, are shown as escapes.
func clean(text string) string {
	text = strings.ReplaceAll(strings.TrimSpace(text), "\n", "; ")
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + " …"
	}
	var b strings.Builder
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			fmt.Fprintf(&b, "\\x%02x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
