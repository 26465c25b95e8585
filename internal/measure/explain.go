package measure

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/growth"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

const (
	// explained is how many of the benchmarks that regressed are profiled: somebody waits for the verdict.
	explained = 3
	// profiling is how long one of them is profiled, and one launch at most beyond it; profiledLaunch how long each launch is to serve
	// requests: a profile has 100 samples for a second of CPU time, and what a process does before it serves is in it, too.
	profiling      = 20 * time.Second
	profiledLaunch = 4 * time.Second
	// mostFunctions is how many functions are told.
	mostFunctions = 5
)

// explain profiles the benchmarks whose regressions are gravest, and leaves in g.order.Doc where their requests came to cost more.
// What goes wrong meanwhile is said there and changes no verdict.
func (g *gate) explain(ctx context.Context, pairs []judge.Pair) {
	if !g.order.Profile || g.order.Expect != "" { // a slowdown that was planted and caught needs no explanation
		return
	}
	grave := func(pair judge.Pair) float64 { return math.Abs(g.regression(pair).ChangePercent) }
	regressed := slices.DeleteFunc(slices.Clone(pairs), func(p judge.Pair) bool { return g.regression(p).Outcome == "" })
	slices.SortStableFunc(regressed, func(a, b judge.Pair) int { return cmp.Compare(grave(b), grave(a)) })
	for i, pair := range regressed {
		if i == explained {
			g.note(fmt.Sprintf("%d of %d benchmarks that regressed were profiled: name another with -regress.bench",
				explained, len(regressed)))
			return
		}
		end := time.Now().Add(min(profiling, g.order.Budget/2))
		for _, of := range g.suspects(pair) {
			g.order.Display.Say("%s: profiling both sides: %s", pair.Name(), of.name)
			found := g.profile(ctx, pair, of, end)
			g.order.Doc.Causes = append(g.order.Doc.Causes, found)
			if len(found.Functions) > 0 {
				break
			}
		}
	}
}

// regression is the verdict on a benchmark that says regressed, by the largest change in whichever direction; zero when none does.
func (g *gate) regression(pair judge.Pair) (gravest policy.Verdict) {
	for _, v := range g.order.Doc.Report.Verdicts {
		if v.ID == pair.ID() && v.Outcome == policy.Regressed && math.Abs(v.ChangePercent) >= math.Abs(gravest.ChangePercent) {
			gravest = v
		}
	}
	return gravest
}

// suspects are the profiles that may explain a regression, in order: of a time the CPU's, and if that did not grow,
// what waiting there is.
func (g *gate) suspects(pair judge.Pair) []profileKind {
	unit := g.regression(pair).Unit
	if unit == "allocs/op" || unit == "B/op" {
		return []profileKind{memory}
	}
	change := func(unit string) float64 {
		b, c := pair.Baseline.Metrics[unit], pair.Candidate.Metrics[unit]
		if len(b) == 0 || len(c) == 0 {
			return 0
		}
		return stats.Median(c) - stats.Median(b)
	}
	if took, cpu := change("ns/op"), change("cpu-ns"); took > 0 && cpu > 0 && cpu < took/4 {
		return []profileKind{waiting, processor}
	}
	return []profileKind{processor, waiting}
}

// profile profiles one benchmark, once and then on until it is known which function grew most, or the end has come.
func (g *gate) profile(ctx context.Context, pair judge.Pair, of profileKind, end time.Time) report.Cause {
	found := report.Cause{ID: pair.ID(), Of: of.name, Unit: of.unit}
	p, err := g.newProfiler(pair, of)
	var diff growth.Diff
	for err == nil {
		if err = p.launch(ctx, min(profiledLaunch, time.Until(end))); err != nil {
			break
		}
		diff = growth.Compare(p.profiled[baselineSide].costs, p.profiled[candidateSide].costs)
		explains := of.unit != "ns" || diff.AtMost() > p.tookLonger()/10
		if diff.Leads() || !explains || time.Until(end) < profiledLaunch/4 {
			break
		}
	}
	if err != nil {
		found.Doubt, found.Problem = report.NotProfiled, reason(err)
		return found
	}
	found.Baseline, found.Candidate, found.Requests = diff.Baseline, diff.Candidate, p.profiled[candidateSide].costs.Requests
	found.Took = p.tookLonger()
	for _, f := range diff.Functions {
		// What grew by a hundredth of the whole is not what somebody looks for.
		if f.Sure() && f.Growth() > diff.Growth()/100 && len(found.Functions) < mostFunctions {
			found.Functions = append(found.Functions, report.CostlyFunction{
				Name: f.Name, Via: f.Via, File: f.File, Line: f.Line, Baseline: f.Baseline, Candidate: f.Candidate,
			})
		}
	}
	switch {
	case len(found.Functions) == 0:
		found.Doubt = report.NoneGrew
	case !diff.Leads():
		found.Doubt = report.NoneLeads
	}
	if found.Command, err = p.save(g.order.Out); err != nil {
		g.note(fmt.Sprintf("the profiles of %s could not be saved: %v", pair.Name(), err))
	}
	return found
}
