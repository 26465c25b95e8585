package regress

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/report"
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
// What was measured at another time is not comparable at the 10 % level; [Check] measures both sides now.
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
	bench := flag.Lookup("test.bench")
	if bench == nil || bench.Value.String() == "" || duet.IsChild() {
		return w.m.Run()
	}
	s, err := w.gate.settle(fromRun)
	if err != nil {
		fmt.Printf("regress: invalid: %v\n", err)
		return 1
	}
	if s.baseline.Value == none {
		return w.m.Run()
	}
	var printed bytes.Buffer
	code, err := tee(w.m, &printed)
	if err != nil {
		fmt.Printf("regress: invalid: %v\n", err)
		return 1
	}
	if code != 0 { // red already; what failed cannot be judged
		return code
	}
	result := s.judgeOutput(&printed)
	fmt.Print(result.Text())
	if !result.Passes() {
		fmt.Printf("regress: %s\n", result.Outcome())
		return 1
	}
	return 0
}

// tee runs m and keeps a copy of what is written to os.Stdout meanwhile, where testing prints results.
func tee(m interface{ Run() int }, copyTo io.Writer) (code int, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	stdout := os.Stdout
	copied := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.MultiWriter(stdout, copyTo), r)
		copied <- err
	}()
	os.Stdout = w
	code = m.Run()
	os.Stdout = stdout
	err = errors.Join(w.Close(), <-copied, r.Close())
	return code, err
}

// judgeOutput judges what this process has printed.
func (s settings) judgeOutput(printed *bytes.Buffer) Result {
	doc := report.Document{
		Name: filepath.Base(os.Args[0]), Settings: s.won, Expected: s.expect, Began: time.Now(),
		Baseline:  report.Side{What: s.baseline.Value, Why: "given by " + s.baseline.Source},
		Candidate: report.Side{What: "this run", Why: "go test -bench"},
	}
	err := s.compareOutput(printed, &doc)
	if err != nil {
		doc.Error = err.Error()
	}
	return Result{Report: doc.Report, doc: doc}
}

func (s settings) compareOutput(printed *bytes.Buffer, doc *report.Document) error {
	if s.baseline.Value == "" {
		return errors.New("there is no baseline: set Gate.Baseline or -regress.baseline to a file of saved results")
	}
	if !s.plant.IsZero() {
		return errors.New("a slowdown cannot be planted in the run that is judged: use regress.SelfTest, or leave -regress.inject out")
	}
	if err := instrumented(); err != nil {
		return err
	}
	baseline, err := benchdata.ReadFiles(s.baseline.Value)
	if err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	// Under -json testing marks its lines with a control character.
	candidate, err := benchdata.Read(bytes.NewReader(bytes.ReplaceAll(printed.Bytes(), []byte{0x16}, nil)), "this run")
	if err != nil {
		return fmt.Errorf("candidate: %w", err)
	}
	describeSaved(&doc.Baseline, baseline)
	return judgeSaved(s.policy, baseline, candidate, doc)
}
