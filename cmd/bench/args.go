package main

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	mangokong "github.com/alecthomas/mango-kong"
	"github.com/muesli/roff"
)

var (
	flagAlone    = regexp.MustCompile(`^(--[a-z][a-z-]*|-[a-z])$`)
	negative     = regexp.MustCompile(`^-[.0-9]`)
	shortWithSet = regexp.MustCompile(`^-[a-z]=.`)
)

// attach joins negative numbers to the flags before them, which kong would take
// for flags of their own, so that what is said of -1 is said of the number. It
// takes -o=x for -o x: no value begins with "=". What follows -- is left alone.
func attach(args []string) []string {
	var list []string
	for i, arg := range args {
		switch {
		case arg == "--":
			return append(list, args[i:]...)
		case negative.MatchString(arg) && i > 0 && flagAlone.MatchString(args[i-1]):
			last := &list[len(list)-1]
			if strings.HasPrefix(*last, "--") {
				*last += "="
			}
			*last += arg
		case shortWithSet.MatchString(arg):
			list = append(list, arg[:2]+arg[3:])
		default:
			list = append(list, arg)
		}
	}
	return slices.Clip(list)
}

// parseError is the error of a command line: bad input, but for a help or a
// version that could not be written. Types of Go are said in plain words.
func parseError(err error) error {
	if e := new(fs.PathError); errors.As(err, &e) && e.Op == "write" {
		return err
	}
	plain := strings.NewReplacer("a valid 64 bit uint", "a whole number from 0 to 18446744073709551615",
		"a valid 64 bit int", "a whole number", "a valid 64 bit float", "a number")
	return badInput(errors.New(plain.Replace(err.Error())))
}

// manFlag is "bench --man".
type manFlag bool

// BeforeApply prints the manual page before anything else is done.
func (manFlag) BeforeApply(app *kong.Kong) error {
	page := mangokong.NewManPage(1, app.Model).Build(roff.NewDocument())
	if _, err := app.Stdout.Write([]byte(page)); err != nil {
		return err
	}
	app.Exit(exitDone)
	return nil
}
