package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// event is a line that go test -json prints: see go doc test2json.
type event struct{ Action, Package, Test, Output string }

// run is a run of go test, as its events tell it.
type run struct {
	verbose  bool                // print everything as it comes, as with -v
	packages map[string][]event  // what each that has not ended has printed
	passed   map[[2]string]bool  // the package and the test
	reasons  map[string][]string // the tests that were skipped, by the reason
}

// read reads events until there are no more, and prints what go test prints.
func (r *run) read(events io.Reader, to io.Writer) error {
	r.packages, r.passed, r.reasons = map[string][]event{}, map[[2]string]bool{}, map[string][]string{}
	for lines := json.NewDecoder(events); ; {
		var e event
		if err := lines.Decode(&e); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("go test -json: %w", err)
		}
		r.add(e, to)
	}
}

func (r *run) add(e event, to io.Writer) {
	switch e.Action {
	case "build-output":
		fmt.Fprint(to, e.Output)
	case "output":
		r.packages[e.Package] = append(r.packages[e.Package], e)
		if r.verbose {
			fmt.Fprint(to, e.Output)
		}
	case "pass", "skip", "fail":
		if e.Test == "" {
			r.end(e, to)
			return
		}
		r.passed[[2]string{e.Package, e.Test}] = e.Action != "fail"
		if e.Action == "skip" {
			reason := r.reason(e)
			r.reasons[reason] = append(r.reasons[reason], e.Test)
		}
	}
}

// place is where a line was logged, or the prompt of a script's command.
var place = regexp.MustCompile(`^\S+\.go:\d+: |^> `)

// reason is the last line that a test has printed, without its place.
func (r *run) reason(skip event) string {
	for _, e := range slices.Backward(r.packages[skip.Package]) {
		line := strings.TrimSpace(e.Output)
		if e.Test == skip.Test && line != "" && !strings.HasPrefix(line, "--- ") && !strings.HasPrefix(line, "=== ") {
			return place.ReplaceAllString(line, "")
		}
	}
	return "no reason given"
}

// end prints what a package has printed: its last line when it passed, else all but what tests printed that passed.
func (r *run) end(e event, to io.Writer) {
	printed := r.packages[e.Package]
	delete(r.packages, e.Package)
	if r.verbose {
		return
	}
	if e.Action != "fail" {
		printed = printed[max(0, len(printed)-1):]
	}
	for _, p := range printed {
		if !r.passed[[2]string{e.Package, p.Test}] {
			fmt.Fprint(to, p.Output)
		}
	}
}

// skipped is the list of the tests that were skipped, "" if there is none.
func (r *run) skipped() string {
	var list bytes.Buffer
	for _, reason := range slices.Sorted(maps.Keys(r.reasons)) {
		fmt.Fprintf(&list, "- skipped: %s: %s\n", strings.Join(r.reasons[reason], ", "), reason)
	}
	return list.String()
}
