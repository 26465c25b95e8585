// Package saved judges results that were saved, each side's at a time of its own.
package saved

import (
	"errors"
	"fmt"
	"slices"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/evidence"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// Compare judges the results in two files, or patterns of files, and fills doc. bench is the pattern of the benchmarks that are
// judged.
func Compare(j judge.Judge, baseline, candidate, bench string, doc *report.Document) error {
	b, baselineErr := read(j, "baseline", baseline, bench)
	c, candidateErr := read(j, "candidate", candidate, bench)
	if err := errors.Join(baselineErr, candidateErr); err != nil {
		return err
	}
	Describe(&doc.Baseline, b)
	Describe(&doc.Candidate, c)
	if err := Judge(j, b, c, doc); err != nil {
		return err
	}
	if seed := seedOf(b, c); seed != "" {
		if text := graver(baseline, seed, doc.Report.Verdicts); text != "" {
			doc.Notes = append(doc.Notes, text)
		}
	}
	return nil
}

// Check reports what keeps a file, or a pattern of files, from being a baseline, whatever the candidate.
func Check(j judge.Judge, baseline, bench string) error {
	set, err := read(j, "baseline", baseline, bench)
	if err != nil {
		return err
	}
	return measuredAsItIs(set)
}

// measuredAsItIs refuses a baseline in which a slowdown was planted: it would hide as much of a regression.
func measuredAsItIs(baseline *benchdata.Set) error {
	if planted := baseline.Provenance.Said("planted"); planted != "" {
		return fmt.Errorf("baseline: %s was measured with a slowdown of %s planted: measure it without -regress.inject",
			baseline.Source, planted)
	}
	return nil
}

// read reads the benchmarks of one side that are to be judged.
func read(j judge.Judge, side, file, bench string) (*benchdata.Set, error) {
	set, err := benchdata.Reader{Needed: j.Needs}.ReadColumns(file)
	if err == nil {
		set, err = Select(set, bench, "")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", side, err)
	}
	return set, nil
}

// Describe adds what the results say of themselves, if a gate wrote them.
func Describe(side *report.Side, set *benchdata.Set) {
	if source := set.Provenance.Said("source"); source != "" {
		side.What += " (" + source + ")"
	}
	side.Commit = set.Provenance.Said("commit")
	side.Dirty = set.Provenance.Said("dirty") == "true"
}

// Judge judges two sets that were measured at different times.
func Judge(j judge.Judge, baseline, candidate *benchdata.Set, doc *report.Document) error {
	if err := measuredAsItIs(baseline); err != nil {
		return err
	}
	doc.Planted = candidate.Provenance.Said("planted")
	if problems := benchdata.Compatible(baseline, candidate); len(problems) > 0 {
		return problems
	}
	for _, key := range []string{"goos", "goarch", "cpu", "go", "blas"} {
		if value := candidate.Config[key]; value != "" {
			doc.Environment = append(doc.Environment, report.Fact{Name: key, Value: value})
		}
	}
	if seedOf(baseline, candidate) != "" {
		doc.Notes = append(doc.Notes, unpaired)
	} else {
		doc.Notes = append(doc.Notes, "saved results: this report cannot know whether both sides were measured on one machine, "+
			"at one time, in turn. "+
			"The same binary drifts by a third within an hour on a shared host; compare git revisions to measure both now")
	}
	b, c := evidence.Results(baseline), evidence.Results(candidate)
	if err := judgeable(judge.Family(j.Pairs(b, c))); err != nil {
		return err
	}
	doc.Report = j.Compare(b, c)
	doc.Notes = slices.Concat(doc.Notes, report.Fits(doc.Report.Benchmarks),
		evidence.Spared(slices.Clip(baseline.Spared).With(candidate.Spared)))
	for _, pair := range j.Pairs(b, c) {
		for _, text := range evidence.Service(pair, doc.Report.Verdicts) {
			doc.NoteOf(pair.Name(), text)
		}
	}
	doc.Details = details(b, c, doc.Report.Verdicts)
	return nil
}

// mostVerdicts is how many one gate gives: about 1 KB each, on the way to its reports.
const mostVerdicts = 1 << 20

// judgeable refuses more verdicts than fit.
func judgeable(verdicts int) error {
	if verdicts <= mostVerdicts {
		return nil
	}
	return fmt.Errorf("%d verdicts, a rule on a benchmark each, and one gate gives at most %d; "+
		"leave benchmarks out with -regress.bench, or take rules out of the policy",
		verdicts, mostVerdicts)
}

// details are those of as many benchmarks as a page shows, what fails first: there may be thousands.
func details(baseline, candidate judge.Results, verdicts []policy.Verdict) []report.Detail {
	var all []report.Detail
	at := map[policy.ID]int{}
	for _, failing := range []bool{true, false} {
		for _, v := range verdicts {
			id := v.ID
			if _, known := at[id]; !known && v.Fails == failing && v.Name != "" && len(all) < report.MostDetails {
				at[id] = len(all)
				all = append(all, report.Detail{ID: v.ID})
			}
		}
	}
	for _, v := range verdicts {
		if i, ok := at[v.ID]; ok {
			all[i].Series = append(all[i].Series, report.Series{Unit: v.Unit})
		}
	}
	for side, results := range []judge.Results{baseline, candidate} {
		for _, b := range results.Benchmarks {
			i, ok := at[b.ID]
			for s := 0; ok && s < len(all[i].Series); s++ {
				series := &all[i].Series[s]
				*[]*[]float64{&series.Baseline, &series.Candidate}[side] = b.Metrics[series.Unit]
			}
		}
	}
	return all
}
