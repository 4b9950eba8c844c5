package listing

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"packbench/harness"
	"packbench/internal/spec"
	"packbench/packing"
	"packbench/runs"
	"packbench/strategies"
)

// gpu is a backend that executes ensembles and does not run here.
type gpu struct{}

func (gpu) Name() string { return "gpu" }
func (gpu) Close() error { return nil }

func (gpu) Describe() (strategies.Description, error) {
	return strategies.Description{}, fmt.Errorf("%w: no\ndriver", strategies.ErrUnavailable)
}

func (gpu) Prepare(s strategies.Strategy, _ packing.Shape) (strategies.Runner, error) {
	if _, ok := s.(strategies.Ensemble); !ok {
		return nil, strategies.ErrUnsupported
	}
	return nil, strategies.ErrUnavailable
}

// classic is a strategy that is not an ensemble.
type classic struct{}

func (classic) Spec() spec.Spec { return spec.Spec{Name: "classic"} }

func TestStrategiesAreListedWithParametersAndPresets(t *testing.T) {
	list, err := Strategies(strategies.Registry{
		{
			Name: "classic", Summary: "as of old", Source: "a paper",
			Params:  []spec.Param{{Name: "depth", Kind: spec.Int, Default: "3", Min: 1, Max: 1 << 20, Doc: "how deep"}},
			Presets: []spec.Preset{{Name: "deep", Args: []spec.Arg{{Key: "depth", Value: "9"}}, Doc: "slow"}},
			New:     func(spec.Values) (strategies.Strategy, error) { return classic{}, nil },
		},
		{
			Name: "modern", Summary: "as of now",
			New: func(spec.Values) (strategies.Strategy, error) { return strategies.Ensemble{}, nil },
		},
	}, []strategies.Backend{gpu{}})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	WriteStrategies(&out, list)
	want := `classic
    as of old
    source: a paper
      depth=3       1 to 1048576  how deep
      classic:deep  depth=9       slow

modern
    as of now
    backends: gpu
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	out.Reset()
	if err := WriteJSON(&out, list[0]); err != nil {
		t.Fatal(err)
	}
	want = `{
  "name": "classic",
  "summary": "as of old",
  "source": "a paper",
  "backends": [],
  "params": [
    {
      "name": "depth",
      "default": "3",
      "range": "1 to 1048576",
      "doc": "how deep"
    }
  ],
  "presets": [
    {
      "name": "deep",
      "args": {
        "depth": "9"
      },
      "doc": "slow"
    }
  ]
}
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestUnavailableBackendsAreListedWithTheReason(t *testing.T) {
	var out strings.Builder
	WriteBackends(&out, Backends([]strategies.Backend{gpu{}}))
	if want := "gpu  backend not available: no driver\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

func TestBuiltinExperimentsAreListed(t *testing.T) {
	list, err := Experiments()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	WriteExperiments(&out, list)
	for i, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		if want := harness.BuiltinNames()[i]; !strings.HasPrefix(line, want+" ") {
			t.Errorf("line %d is %q, want it to begin with %s", i, line, want)
		}
	}
}

// What is not known is left out.
func TestEnvironmentOmitsWhatIsUnknown(t *testing.T) {
	var out strings.Builder
	WriteEnvironment(&out, runs.Environment{
		OS: "linux/amd64", GoVersion: "go1.26", Cores: 4, Threads: 2, Load1: .5, Commit: "abc", Dirty: true,
		Backends: map[string]runs.BackendDescription{
			"gpu": {Device: "H100", Facts: []runs.Fact{{Name: "driver", Value: "580"}}},
			"cpu": {Unavailable: "broken"},
		},
	})
	want := `commit       abc, with uncommitted changes
go           go1.26
system       linux/amd64
cores        4 (runs use 2)
load         0.50
backend cpu  broken
backend gpu  H100
             driver: 580
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
