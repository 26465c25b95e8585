package measure

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/growth"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

const (
	// explained is how many of the benchmarks that regressed are profiled: somebody waits for the verdict.
	explained = 3
	// mostFunctions is how many functions are told.
	mostFunctions = 5
)

// explain profiles the benchmarks whose regressions are gravest, or asks the servers at whose addresses the sides are, and leaves
// in g.order.Doc where their requests came to cost more. What goes wrong meanwhile is said there and changes no verdict.
func (g *gate) explain(ctx context.Context, pairs []judge.Pair) {
	if g.betweenServers() {
		g.askServers(pairs)
		return
	}
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
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < profiling {
			g.note(fmt.Sprintf("%d of %d benchmarks that regressed were profiled: the gate's time was over", i, len(regressed)))
			return
		}
		suspects := g.suspects(pair)
		within := allowances(time.Now(), g.order.Budget, len(suspects))
		for i, of := range suspects {
			g.order.Display.Say("%s: profiling both sides: %s", pair.Name(), of.name)
			found := g.profile(ctx, pair, of, within[i])
			g.order.Doc.Causes = append(g.order.Doc.Causes, found)
			if explains(found) || accounts(found) || found.Problem.Code != "" {
				break
			}
		}
	}
}

// explains reports whether a cause names who grew, and that could be why.
func explains(c report.Cause) bool {
	return len(c.Functions) > 0 && !slices.Contains(c.Doubts, report.OtherWay) && !slices.Contains(c.Doubts, report.NotAgain)
}

// accounts reports whether what was profiled grew by at least half of what was measured meanwhile: no other kind of profile can
// explain the rest better.
func accounts(c report.Cause) bool {
	measured := c.Measured.Growth()
	return measured > 0 && c.Candidate-c.Baseline >= measured/2
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
	if slices.Contains(duet.FootprintUnits(), unit) {
		return nil // a profile of where time goes tells nothing of it, nor does one of what is allocated
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

// profile profiles one benchmark, once and then on until it is known which function grew most, or the time is spent. A kind of
// profile that accounts for the growth needs no other after it, and has all the time.
func (g *gate) profile(ctx context.Context, pair judge.Pair, of profileKind, within allowance) report.Cause {
	p, err := g.newProfiler(pair, of)
	if err == nil {
		err = within.spend(ctx, p.launch, p.settled)
	}
	if err == nil && !p.settled() && accounts(p.cause()) {
		within.end = within.last
		err = within.spend(ctx, p.launch, p.settled)
	}
	if err != nil {
		return report.Cause{
			ID: pair.ID(), Of: of.name, Unit: of.unit, Plain: !(pair.Baseline.Recorded() && pair.Candidate.Recorded()),
			Doubts: []report.Doubt{report.NotProfiled}, Problem: reason(err),
		}
	}
	p.compareLines(ctx)
	found := p.cause()
	if found.Command, err = p.save(g.order.Out); err != nil {
		g.note(fmt.Sprintf("the profiles of %s could not be saved: %v", pair.Name(), err))
	}
	return found
}

// diff is how the profiles of both sides differ, as far as they were taken.
func (p *profiler) diff() growth.Diff {
	return growth.Compare(p.profiled[baselineSide].costs, p.profiled[candidateSide].costs)
}

// settled reports whether it is known which function grew most, or that they do not explain what was measured.
func (p *profiler) settled() bool {
	diff := p.diff()
	return diff.Leads() || p.of.unit == "ns" && diff.AtMost() <= max(p.measured().Growth(), 0)/10
}

// cause is what the profiles say.
func (p *profiler) cause() report.Cause {
	m, diff := p.measurement, p.diff()
	found := report.Cause{
		ID: m.pair.ID(), Of: p.of.name, Unit: p.of.unit, Plain: !m.recorded(), Baseline: diff.Baseline, Candidate: diff.Candidate,
		Requests: p.profiled[candidateSide].costs.Requests, Measured: p.measured(),
	}
	for _, f := range diff.Functions {
		// What grew by a hundredth of the whole is not what somebody looks for.
		if f.Sure() && f.Growth() > diff.Growth()/100 && len(found.Functions) < mostFunctions {
			found.Functions = append(found.Functions, report.CostlyFunction{
				Name: f.Name, Via: f.Via, File: f.File, Line: f.Line, Baseline: f.Baseline, Candidate: f.Candidate,
			})
		}
	}
	found.Doubts = doubts(found, diff.Leads())
	return found
}

// doubts are why what was found does not explain a regression, or not surely. leads says that it is known which function grew most.
func doubts(found report.Cause, leads bool) (all []report.Doubt) {
	profiled, measured := found.Candidate-found.Baseline, found.Measured.Growth()
	known := found.Measured != report.Costs{}
	switch {
	case known && measured <= 0:
		all = append(all, report.NotAgain)
	case profiled < 0:
		all = append(all, report.OtherWay)
	}
	wrong := len(all) > 0
	switch {
	case len(found.Functions) == 0:
		return append(all, report.NoneGrew)
	case !leads:
		all = append(all, report.NoneLeads)
	}
	if first := found.Functions[0].Growth(); !wrong && (first > profiled || known && first > measured) {
		all = append(all, report.Outgrew)
	}
	return all
}
