package regress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/saved"
	"github.com/tailgate-go/tailgate/internal/shards"
	"github.com/tailgate-go/tailgate/internal/source"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// Result is what a gate found.
type Result struct {
	// Report has the verdicts; empty when nothing could be judged.
	Report policy.Report
	doc    report.Document
}

// Passes reports whether the test run passes: nothing fails, or exactly what was expected happened. A blind verdict fails only
// where the policy says so.
func (r Result) Passes() bool { return r.doc.Passes() }

// Outcome is the gravest of the verdicts'; invalid when nothing could be judged. A result may pass and be blind: no change for the
// worse was seen, but a change as large as the limits may have gone unseen.
func (r Result) Outcome() policy.Outcome { return r.doc.Outcome() }

// Text is the report for a terminal of 100 columns.
func (r Result) Text() string { return r.doc.Text() }

// printed is Text as it suits os.Stdout.
func (r Result) printed() string {
	if progress.Colourful(os.Stdout) {
		return r.doc.Coloured()
	}
	return r.Text()
}

// Run measures and judges, or judges saved results, without a test around it. name is the gate's in reports and in the path of the
// output folder. Progress goes to lines, a line at a time, or on a terminal as one line that changes; nil means no progress. The
// error says why nothing could be judged, and what to do; a regression is no error. Flags and environment variables are not heeded,
// but for TERM and CI, which say of a terminal whether somebody watches. What is measured gets the environment of this process,
// less its secrets. Run may be called concurrently: gates that measure wait for each other.
func (g Gate) Run(ctx context.Context, name string, lines io.Writer) (Result, error) {
	s, err := g.settle(fromNowhere)
	if err != nil {
		return unjudged(name, err)
	}
	terminal, _ := lines.(*os.File)
	return s.run(ctx, name, progress.New(lines, terminal))
}

// unjudged is the result of a gate whose settings make no sense.
func unjudged(name string, err error) (Result, error) {
	doc := report.Document{Name: name, Began: time.Now()}
	doc.Fail(err)
	return Result{doc: doc}, err
}

func (s settings) run(ctx context.Context, name string, display *progress.Display) (Result, error) {
	doc := report.Document{
		Name: name, Settings: s.won, Planted: s.plant.String(), Expected: s.expect, Began: time.Now(),
	}
	out, manifest, err := s.compare(ctx, name, display, &doc)
	if err == nil {
		s.remember(ctx, name, &doc)
	}
	return finish(doc, out, manifest, err)
}

// finish completes doc and writes it to the output folder, if there is one. err says why nothing could be judged.
func finish(doc report.Document, out *output.Folder, manifest *shards.Manifest, err error) (Result, error) {
	doc, err = output.Leave(out, doc, manifest.Seal, err)
	return Result{Report: doc.Report, doc: doc}, err
}

// compare fills doc with what there is to say.
func (s settings) compare(ctx context.Context, name string, display *progress.Display, doc *report.Document) (
	*output.Folder, *shards.Manifest, error,
) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, nil, err
	}
	ctx = testbin.WithTags(ctx, s.tags)
	out, err := s.output(dir, name, doc)
	if err != nil {
		return nil, nil, err
	}
	doc.First = out.New && s.explains()
	if err := context.Cause(ctx); err != nil && !s.saved() { // said once here, and not by the first command that cannot run
		return out, nil, err
	}
	if err := s.checkHistory(); err != nil {
		return out, nil, err
	}
	judged := s.candidate
	if s.program != nil && source.IsFile(s.baseline.Value) {
		err := saved.Check(s.judge, s.baseline.Value, s.bench)
		if err = errors.Join(err, s.checkKept(out)); err != nil { // before the server is loaded for nothing
			return out, nil, err
		}
		address := s.candidate.Value
		if judged.Value, err = s.loaded(ctx, dir, address, display, out); err != nil {
			return out, nil, err
		}
		doc.Notes = append(doc.Notes, fmt.Sprintf("the candidate's results are of %d runs of the scenario on %s", recordings, address))
	}
	baseline, candidate, repo, err := source.Request{
		Baseline: s.baseline, Candidate: judged, Itself: s.itself, Planted: !s.plant.IsZero(), Identical: s.identical,
		InCI: progress.InCI(s.env), Anchored: s.anchor.Value != "", Env: s.env,
	}.Choose(ctx, dir)
	doc.Baseline, doc.Candidate = baseline.Side, candidate.Side
	if note := candidate.Note(); note != "" {
		doc.Notes = append(doc.Notes, note)
	}
	var anchor *source.Source
	if err == nil && !s.itself {
		anchor, err = s.chooseAnchor(ctx, dir, repo, baseline, doc)
	}
	if s.rerun.line != nil && s.within == nil { // a step of a search is no test's
		doc.Again = s.again(name, dir, *doc)
	}
	if err != nil {
		return out, nil, err
	}
	if baseline.Saved != "" && !s.shard.IsZero() {
		return out, nil, errors.New("saved results are judged in one piece: leave -regress.shard out; " +
			"to merge what shards measured, see regress.Merge")
	}
	if baseline.Saved != "" {
		if !s.plant.IsZero() {
			return out, nil, errors.New("a slowdown cannot be planted in saved results: leave -regress.inject out, or compare git revisions")
		}
		return out, nil, saved.Compare(s.judge, baseline.Saved, candidate.Saved, s.bench, doc)
	}
	if len(s.restart.Command) > 0 && baseline.Address == "" {
		return out, nil, errors.New("-regress.restart needs two servers at addresses: leave it out")
	}
	if s.expect == policy.Regressed && s.plant.IsZero() {
		return out, nil, errors.New("a regression is expected, and none is planted: a real one must not turn the test green; " +
			"plant one with -regress.inject, or leave -regress.expect out")
	}
	if err := instrumented(); err != nil {
		return out, nil, err
	}
	if s.judge, err = s.accepting(ctx, repo, baseline, candidate, doc); err != nil {
		return out, nil, err
	}
	if s.program == nil && baseline.Address == "" {
		notes, err := unreached(ctx, dir)
		if err != nil {
			return out, nil, err
		}
		doc.Notes = append(doc.Notes, notes...)
	}
	if err := out.RemoveResults(); err != nil {
		return out, nil, err
	}
	manifest, err := measure.Order{
		Name: name, Dir: dir, Packages: s.packages, Only: s.only, Program: s.program, Bench: s.bench,
		Benchtime: s.benchtime, Repo: repo, Baseline: baseline, Candidate: candidate, Anchor: anchor, OwnTests: s.ownTests,
		Identical: s.identical || s.itself, Judge: s.judge, Budget: s.budget, Total: s.total, Timeout: s.timeout,
		TestTimeout: testTimeout(), Plant: s.plant, Restart: s.restart,
		Expect: s.expect, Variables: s.variables, Procs: s.procs(), Profile: s.profile, Shard: s.shard, Costs: s.costs,
		Seed: rand.Uint64(), Display: display, Out: out, Doc: doc, Known: s.known,
	}.Run(ctx)
	if text := report.UnseenOn(smallMachine(s.env, runtime.NumCPU()), doc.Report); text != "" {
		doc.Notes = append(doc.Notes, text)
	}
	if text := s.withheld(); text != "" && (err != nil || doc.Outcome() == policy.Invalid) {
		doc.Notes = append(doc.Notes, text)
	}
	return out, manifest, err
}

// chooseAnchor chooses the third side, if one is asked for, and says which in doc.
func (s settings) chooseAnchor(ctx context.Context, dir string, repo *testbin.Repo, baseline source.Source, doc *report.Document) (
	*source.Source, error,
) {
	anchor, note, err := source.Anchored{Anchor: s.anchor, Packages: s.packages}.Choose(ctx, dir, repo, baseline)
	if note != "" {
		doc.Notes = append(doc.Notes, note)
	}
	if anchor != nil {
		doc.Anchor = &anchor.Side
	}
	return anchor, err
}

// accepting is the judge with the trailers of the commits between the sides, where they are heeded. A planted slowdown is never
// accepted: no commit intended it.
func (s settings) accepting(ctx context.Context, repo *testbin.Repo, baseline, candidate source.Source, doc *report.Document) (
	judge.Judge, error,
) {
	if !s.accepts || s.itself || !s.plant.IsZero() {
		return s.judge, nil
	}
	trailers, err := source.Trailers(ctx, repo, baseline, candidate)
	switch {
	case errors.Is(err, source.ErrNoRange):
		return s.judge, nil
	case errors.Is(err, testbin.ErrCutOff):
		doc.Notes = append(doc.Notes, "trailers that accept what regressed are not read: "+err.Error())
		return s.judge, nil
	case err != nil:
		return s.judge, fmt.Errorf("trailers of commits: %w", err)
	}
	doc.Accepts = true
	return s.judge.Accepting(trailers), nil
}

// procs is the GOMAXPROCS that go test -cpu has set for this test, and so for what it measures; 0 where it has set none.
func (s settings) procs() int {
	if s.rerun.line == nil || flagValue("test.cpu") == "" {
		return 0
	}
	return runtime.GOMAXPROCS(0)
}

// testTimeout is what go test -timeout is set to; 0 where this is no test, or has no end.
func testTimeout() time.Duration {
	timeout, _ := time.ParseDuration(flagValue("test.timeout")) // which the flag's type has checked
	return timeout
}

// withheld says which variables the benchmarks were not given, which may be why they fail; empty when none.
func (s settings) withheld() string {
	names := testbin.Withheld(s.variables)
	if len(names) == 0 {
		return ""
	}
	return "benchmarks are not given variables that look like secrets: " + strings.Join(names, ", ") +
		"; if one needs them, name them in Gate.Env or -regress.env"
}

// output makes the output folder.
func (s settings) output(dir, name string, doc *report.Document) (*output.Folder, error) {
	if s.within != nil {
		return s.within.Below(s.out)
	}
	out, note, err := output.Of(output.Test{Dir: dir, Name: name, Part: s.shardFolder()}, s.out)
	if note != "" {
		doc.Notes = append(doc.Notes, note)
	}
	return out, err
}

// shardFolder is the folder of a shard's results in the gate's own; empty for the whole.
func (s settings) shardFolder() string {
	if s.shard.IsZero() {
		return ""
	}
	return fmt.Sprintf("shard-%d-of-%d", s.shard.I, s.shard.N)
}
