package panics

import (
	"regexp"
	"testing"
)

func TestErrorDescribesThePanic(t *testing.T) {
	var none []int
	var nowhere *struct{ field int }
	for name, test := range map[string]struct {
		raise func()
		want  string
	}{
		"value":   {func() { panic("oh") }, `^panic: oh \(panics_test.go:\d+\)$`},
		"index":   {func() { none[len(t.Name())]++ }, `^panic: runtime error: index out of range .* \(panics_test.go:\d+\)$`},
		"pointer": {func() { nowhere.field++ }, `^panic: runtime error: invalid memory address .* \(panics_test.go:\d+\)$`},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if err := Error(recover()); !regexp.MustCompile(test.want).MatchString(err.Error()) {
					t.Errorf("%q does not match %s", err, test.want)
				}
			}()
			test.raise()
		})
	}
	if got := Error("late").Error(); got != "panic: late" {
		t.Errorf("outside of a panic: %q", got)
	}
}
