package regress

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/saved"
	"github.com/tailgate-go/tailgate/internal/source"
)

// Main is the second door, for a package's TestMain: it judges the benchmarks of the very `go test -bench` run that it stands
// in against a saved baseline, g.Baseline or -regress.baseline, and exits.
//
//	func TestMain(m *testing.M) { regress.Main(m, regress.Gate{Baseline: "testdata/baseline.txt"}) }
//
// Without -bench it only runs m. Record a baseline with -regress.baseline=none:
//
//	go test -run '^$' -bench . -benchtime 100x -count 10 -regress.baseline=none . > testdata/baseline.txt
//
// The report is printed, and saved in .tailgate/<folder of the package>/TestMain beside go.mod. What was measured at another
// time is not comparable at the 10 % level; [Check] measures both sides now.
func Main(m interface{ Run() int }, g Gate) { os.Exit(Wrap(m, g).Run()) }

// Wrap is Main for a TestMain that has more to do: its Run runs m, judges, and returns the exit code.
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(regress.Wrap(m, gate)) }
func Wrap(m interface{ Run() int }, g Gate) interface{ Run() int } { return wrapped{m, g} }

type wrapped struct {
	m    interface{ Run() int }
	gate Gate
}

// none is the baseline of a run that is itself recorded to be one.
const none = "none"

// Run runs the tests and benchmarks. Its code is not 0 when they fail, or when the gate does.
func (w wrapped) Run() int {
	if !flag.Parsed() {
		flag.Parse()
	}
	if flagValue("test.bench") == "" || duet.IsChild() {
		return w.m.Run()
	}
	s, err := w.gate.settle(fromRun)
	if err != nil {
		fmt.Println("regress: invalid: " + report.Plain(err.Error()))
		return 1
	}
	if s.baseline.Value == none {
		return w.m.Run()
	}
	return s.judgeRun(w.m)
}

// flagValue is the value of a flag of the testing package.
func flagValue(name string) string {
	if f := flag.Lookup(name); f != nil {
		return f.Value.String()
	}
	return ""
}

// procs are the values of GOMAXPROCS with which testing is to measure.
func procs() []int {
	var all []int
	for value := range strings.SplitSeq(flagValue("test.cpu"), ",") {
		if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil { // testing refuses others
			all = append(all, n)
		}
	}
	if len(all) == 0 {
		all = append(all, runtime.GOMAXPROCS(0))
	}
	return all
}

// judgeRun runs m and judges what it prints, unless it fails by itself. It finds what forbids judging before m runs, where
// possible.
func (s settings) judgeRun(m interface{ Run() int }) (code int) {
	doc := report.Document{
		Name: filepath.Base(os.Args[0]), Settings: s.won, Expected: s.expect, Began: time.Now(),
		Baseline:  report.Side{What: s.baseline.Value, Why: "given by " + s.baseline.Source},
		Candidate: report.Side{What: "this run", Why: "go test -bench"},
	}
	out, baseline, err := s.prepare(&doc)
	if err == nil {
		printed := &printed{most: mostPrinted, procs: procs()}
		if code, err = tee(m, printed); code != 0 {
			fmt.Println("regress: not judged: the tests or benchmarks failed")
			return code
		}
		if err == nil {
			err = s.compareOutput(printed, baseline, &doc)
		}
	}
	if err == nil {
		s.remember(context.Background(), "TestMain", &doc)
	}
	result, err := finish(doc, out, nil, err)
	fmt.Print(result.printed())
	switch {
	case result.Passes():
		return 0
	case err != nil: // once more, on a line that a command may be copied from
		fmt.Println("regress: invalid: " + report.Plain(err.Error()))
	default:
		fmt.Printf("regress: %s\n", result.Outcome())
	}
	return 1
}

// prepare makes the output folder and reads the baseline.
func (s settings) prepare(doc *report.Document) (*output.Folder, *benchdata.Set, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, nil, err
	}
	out, err := s.output(dir, "TestMain", doc)
	if err != nil {
		return nil, nil, err
	}
	if err := s.checkHistory(); err != nil {
		return out, nil, err
	}
	switch {
	case s.baseline.Value == "":
		return out, nil, errors.New("there is no baseline: set Gate.Baseline or -regress.baseline to a file of saved results")
	case s.candidate.Value != "":
		return out, nil, fmt.Errorf("the candidate is this run, not %s (%s): leave it out, "+
			"or compare two saved results with regress.Check",
			s.candidate.Value, s.candidate.Source)
	case s.anchor.Value != "":
		return out, nil, fmt.Errorf("this run is one side, and an anchor (%s) is measured in the same rounds as two: "+
			"leave it out, or measure both sides with regress.Check", s.anchor.Source)
	case !s.shard.IsZero():
		return out, nil, errors.New("this run is judged in one piece: leave -regress.shard out, or measure both sides with regress.Check")
	case s.expect != "":
		return out, nil, errors.New("no slowdown is planted in the run that is judged, and a real one must not turn it green: " +
			"leave -regress.expect out, or use regress.SelfTest")
	case !s.plant.IsZero():
		return out, nil, errors.New("a slowdown cannot be planted in the run that is judged: " +
			"use regress.SelfTest, or leave -regress.inject out")
	}
	if err := instrumented(); err != nil {
		return out, nil, err
	}
	if !source.IsFile(s.baseline.Value) {
		return out, nil, fmt.Errorf("no saved results at %s in %s; record them with: "+
			"go test -run '^$' -bench . -benchtime 100x -count 10 -regress.baseline=none . > %s",
			s.baseline.Value, dir, s.baseline.Value)
	}
	baseline, err := benchdata.Reader{Needed: s.judge.Needs}.ReadColumns(s.baseline.Value)
	if err == nil { // what this run leaves out was not removed
		baseline, err = saved.Select(baseline, flagValue("test.bench"), flagValue("test.skip"))
	}
	if err != nil {
		return out, nil, fmt.Errorf("baseline: %w", err)
	}
	saved.Describe(&doc.Baseline, baseline)
	return out, baseline, nil
}

// compareOutput judges what this process has printed.
func (s settings) compareOutput(printed *printed, baseline *benchdata.Set, doc *report.Document) error {
	text, err := printed.results()
	if err != nil {
		return fmt.Errorf("candidate: %w", err)
	}
	candidate, err := benchdata.Reader{Procs: printed.procs, Needed: s.judge.Needs}.Read(bytes.NewReader(text), "this run")
	if err != nil {
		return fmt.Errorf("candidate: %w", err)
	}
	return saved.Judge(s.judge, baseline, candidate, doc)
}
