package regress

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/bisect"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/shards"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// searching is one search while its steps are measured.
type searching struct {
	settings
	name    string
	display *progress.Display
	out     *output.Folder
	doc     *report.Bisection
}

const (
	steps = "steps" // the folder of the steps' results
	why   = "why"   // the folder of what explains the commit
)

// bisect searches, and leaves what it found in the output folder.
func (s settings) bisect(ctx context.Context, name string, display *progress.Display) report.Bisection {
	s.baseline, s.candidate, s.anchor, s.plant, s.expect = report.Setting{}, report.Setting{}, report.Setting{}, duet.Plant{}, ""
	s.shard, s.costs = part.Part{}, shards.Costs{}
	doc := report.Bisection{
		Name: name, Settings: s.won, Outcome: report.NoSearch, Began: time.Now(), Alpha: s.judge.Policy().Alpha,
		Good: report.Revision{Given: s.good.Value}, Bad: report.Revision{Given: s.bad.Value},
	}
	if doc.Bad.Given == "" {
		doc.Bad.Given = "HEAD"
	}
	at := &searching{settings: s, name: name, display: display, doc: &doc}
	err := at.search(ctx)
	if err != nil {
		doc.Error = err.Error()
	}
	doc.Took = time.Since(doc.Began)
	if at.out != nil {
		err := errors.Join(at.out.Search(doc, true), at.out.Close())
		if err != nil && doc.Passes() {
			doc.Outcome, doc.Error = report.Unfinished, err.Error()
		}
	}
	return doc
}

// search fills the doc.
func (s *searching) search(ctx context.Context) error {
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	var of report.Document
	if s.out, err = s.output(dir, s.name, &of); err != nil {
		return err
	}
	s.doc.Out, s.doc.Notes = s.out.Dir, of.Notes
	if err := s.follow(); err != nil {
		return err
	}
	if err := instrumented(); err != nil {
		return err
	}
	repo, err := testbin.Open(ctx, dir)
	if err != nil {
		return err
	}
	for _, side := range []struct {
		of     *report.Revision
		source string
	}{{&s.doc.Good, s.good.Source}, {&s.doc.Bad, s.bad.Source}} {
		commit, err := repo.Resolve(ctx, side.of.Given)
		if err != nil {
			return fmt.Errorf("%s: %w", side.source, err)
		}
		entry, err := repo.Log(ctx, commit.Hash)
		if err != nil {
			return err
		}
		side.of.Hash, side.of.Subject, side.of.Author, side.of.Date = entry.Hash, entry.Subject, entry.Author, entry.Date
	}
	if err := s.out.RemoveBelow(steps, why); err != nil {
		return err
	}
	if dirty, err := repo.Dirty(ctx); err != nil {
		return err
	} else if dirty && s.bad.Value == "" {
		s.doc.Notes = append(s.doc.Notes, "the work tree has changes that are in no commit: they are not searched")
	}
	s.doc.Again = s.bisectAgain(dir)
	if s.total > 0 {
		within, cancel := context.WithTimeoutCause(ctx, s.total, errors.New("the search's time is over (-regress.total)"))
		defer cancel()
		ctx, s.total = within, 0
	}
	return bisect.Search{
		Repo: repo, Good: s.doc.Good, Bad: s.doc.Bad, Measure: s.step, Explain: s.explain, Told: s.told,
	}.Run(ctx, s.doc)
}

// follow keeps only the rules for the metric that the search follows.
func (s *searching) follow() error {
	if s.metric.Value == "" {
		return nil
	}
	p := s.judge.Policy()
	var units []string
	for _, rule := range p.Rules {
		if !slices.Contains(units, rule.Unit()) {
			units = append(units, rule.Unit())
		}
	}
	p.Rules = slices.DeleteFunc(slices.Clone(p.Rules), func(r policy.Rule) bool { return r.Unit() != s.metric.Value })
	if len(p.Rules) == 0 {
		return fmt.Errorf("%s is %q, and the policy has no rule for it, but for %s: name one of those, or add a rule",
			s.metric.Source, s.metric.Value, strings.Join(units, ", "))
	}
	s.judge = judge.By(p)
	return nil
}

// step compares a commit with the good one.
func (s *searching) step(ctx context.Context, t bisect.Try) (found bisect.Measured, err error) {
	g := s.gate(s.doc.Good, t.Commit, filepath.Join(steps, fmt.Sprintf("%02d-%.12s", t.Step, t.Commit.Hash)))
	if t.Number > 1 {
		g.out += fmt.Sprintf("-try%d", t.Number)
	}
	g.judge = g.judge.WithAlpha(t.Alpha)
	g.budget *= time.Duration(t.Budget)
	g.profile = false
	g.known = func(digest string) bool {
		found.Digest = digest
		return !g.identical && t.Known(digest)
	}
	result, err := g.run(ctx, s.name, s.display)
	found.Out = filepath.ToSlash(g.out)
	if errors.Is(err, measure.ErrKnown) {
		return found, nil
	}
	if err != nil {
		return found, err
	}
	for _, v := range result.Report.Verdicts {
		if v.Name != "" {
			found.Verdict = v
			return found, nil
		}
	}
	if len(result.Report.Verdicts) == 0 {
		return found, errors.New("there was nothing to judge")
	}
	return found, report.Failure{Reason: result.Report.Verdicts[0].Reason}
}

// explain compares the first bad commit with its parent, under a profiler where that is worse.
func (s *searching) explain(ctx context.Context, parent, first report.Revision) report.Document {
	result, _ := s.gate(parent, first, why).run(ctx, s.name, s.display) // the error is in the document
	return result.doc
}

// gate compares two commits. Once the search knows its metric, it measures and judges that alone.
func (s *searching) gate(baseline, candidate report.Revision, folder string) settings {
	g := s.settings
	const by = "the search"
	g.baseline = report.Setting{Name: baselineOption.name, Value: baseline.Hash, Source: by}
	g.candidate = report.Setting{Name: candidateOption.name, Value: candidate.Hash, Source: by}
	g.out, g.within = folder, s.out
	g.accepts = false                          // it is searched where it became slower, meant or not
	g.history, g.anchor = "", report.Setting{} // its steps are no gates of these commits
	if s.doc.Unit != "" {
		g.bench, g.only = measure.Pattern("Benchmark"+s.doc.Of.Name), s.doc.Of.Package
		p := g.judge.Policy()
		p.Rules = []policy.Rule{s.doc.Rule}
		g.judge = judge.By(p)
	}
	return g
}

// told saves what is known after a step, and says it.
func (s *searching) told(doc report.Bisection) error {
	s.display.Say("%s", doc.Progress())
	doc.Took = time.Since(doc.Began)
	return s.out.Search(doc, false)
}

// bisectAgain is how to search once more.
func (s *searching) bisectAgain(dir string) []report.Command {
	set := []string{"REGRESS_GOOD=" + s.doc.Good.Hash, "REGRESS_BAD=" + s.doc.Bad.Hash}
	for _, won := range s.outside {
		if won.Name != goodOption.name && won.Name != badOption.name {
			set = append(set, assigned(won.Name, won.Value))
		}
	}
	return []report.Command{{
		Purpose: "To search again, in the folder " + s.rerun.in + ":",
		Line:    strings.Join(append(set, s.rerun.line(s.name, packageIn(dir))), " "),
	}}
}
