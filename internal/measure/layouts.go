package measure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// Two links of the same code differ in speed by where its functions happen to lie (Mytkowicz, Diwan, Hauswirth and Sweeney 2009;
// Curtsinger and Berger 2013), for as long as they are run: of the shipped workloads the median of a loop that is a hundredth of
// BenchmarkMLPTiny came out 19 % slower in five links of eight, where it began at an odd multiple of 32 bytes; RecordValue of
// HdrHistogram takes 3.2 ns in some links and 3.8 in others. So where the sides' binaries differ and the time of a benchmark is
// that of its code, each round has a link of each side of its own, with the functions in an order that was drawn for this gate.

// computing is the share of CPU time in a turn from which on the layout of code may matter, under limits of 10 % and more.
// Under a smaller limit the share is that limit. A turn that computes less is slowed by its layout by a fifth of the limit
// at most. Of a plain turn the time counts while its timer ran, and all CPU time.
const computing = 0.1

// linker links a binary once more for each seed, which draws the order of its functions: Binary.Relink, but in tests.
type linker func(ctx context.Context, bin *testbin.Binary, seeds ...int64) ([]*testbin.Binary, error)

func relink(ctx context.Context, bin *testbin.Binary, seeds ...int64) ([]*testbin.Binary, error) {
	return bin.Relink(ctx, seeds...)
}

// links are those of one side's binary of a package, made as rounds need them. All benchmarks of the package use the same.
type links struct {
	of    *testbin.Binary
	first int64 // seed of the first; of the next it is one more
	made  []*testbin.Binary
}

// errUnlinked means that a benchmark computes, so that its rounds need links.
var errUnlinked = errors.New("its rounds need links")

// linkable reports whether the layout of the binaries may make a difference to what is judged. Identical binaries have one layout,
// and where two sides run the same code a difference is no regression, whatever it comes from.
func (m *measurement) linkable() bool {
	path := m.pair.Package()
	own := m.gate.sides[candidateSide].bins[path]
	return slices.ContainsFunc(m.pair.Rules(), isSpeed) && slices.ContainsFunc(m.others(), func(i int) bool {
		return m.like[i].sameCode == 0 && m.gate.sides[i].bins[path].SHA256 != own.SHA256
	})
}

// isSpeed reports whether a rule's metric may be a time or a rate that depends on where code lies. Pauses of the collector do
// not.
func isSpeed(r policy.Rule) bool {
	return policy.IsSpeed(r.Metric) && !slices.Contains(duet.FootprintUnits(), r.Metric)
}

// sensitive is the least part of a turn that must be CPU time for the layout to matter to the benchmark's rules.
func (m *measurement) sensitive() float64 {
	least := computing
	for _, rule := range m.pair.Rules() {
		if isSpeed(rule) {
			least = min(least, rule.MaxRegressionPercent/100)
		}
	}
	return least
}

// mindLayout goes on as if nothing had been measured: with rounds that have links, unless all sides run the same code.
func (m *measurement) mindLayout(ctx context.Context) {
	for _, i := range m.others() {
		m.compareCode(ctx, i)
	}
	if m.linkable() {
		m.needLinks()
	}
	m.starts, m.began = 0, time.Now()
}

// needLinks goes on with rounds that have links.
func (m *measurement) needLinks() {
	m.linked = true
	m.sequence(m.plan.Linked())
}

// open reports whether a speed is not settled yet, so that the next round needs links of its own. What the baseline lacks has a
// verdict before any round, and none since the anchor before the first look.
func (m *measurement) open() bool {
	sinceAnchor := func(v policy.Verdict) bool {
		return m.pair.Since != nil && (v.Anchor == nil || v.Anchor.Outcome == policy.Unsettled)
	}
	unsettled := func(v policy.Verdict) bool {
		return isSpeed(v.Rule) && (v.Outcome == policy.Unsettled || sinceAnchor(v))
	}
	verdicts := m.judging.Verdicts()
	return verdicts == nil || slices.ContainsFunc(verdicts, unsettled)
}

// link makes the links up to the next look, if the next round has none yet. The time that it takes is not of the budget. Where only
// what lies the same in any layout is left to be judged, such as allocations, rounds use the links that there are.
func (m *measurement) link(ctx context.Context) error {
	if !m.linked {
		return nil
	}
	path, next := m.pair.Package(), m.judging.Rounds()+1
	need := next
	if !m.open() {
		need = 1
	}
	if !slices.ContainsFunc(m.sides, func(i int) bool { return len(m.gate.linksOf(i, path).made) < need }) {
		return nil
	}
	began := time.Now()
	defer func() {
		m.began = m.began.Add(time.Since(began))
		m.gate.spend("linked", began)
	}()
	until := next
	for _, look := range slices.Backward(m.plan.Rounds()) {
		if look >= next {
			until = look
		}
	}
	if err := m.gate.unlink(path); err != nil {
		return err
	}
	m.gate.order.Display.Say("linking %s, %d times a side", path, until)
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var all sync.WaitGroup
	for _, i := range m.sides {
		l := m.gate.linksOf(i, path)
		all.Go(func() {
			if err := l.grow(ctx, m.gate.relink, until); err != nil {
				fail(fmt.Errorf("%s: %w", m.gate.sides[i].name, err))
			}
		})
	}
	all.Wait()
	return context.Cause(ctx) // what failed first, if anything did
}

// linksOf are the links of side i, none of them made when they are asked for first. The sides have seeds of their own: with the
// same ones equal code would lie alike.
func (g *gate) linksOf(i int, path string) *links {
	s := g.sides[i]
	if s.links[path] == nil {
		s.links[path] = &links{of: s.bins[path], first: 1 + g.random.Int64N(1<<30)}
	}
	return s.links[path]
}

// unlink removes the links of all packages but one: they are as large as a test binary each. Whoever needs them again makes the
// same.
func (g *gate) unlink(but string) error {
	for _, s := range g.sides {
		for path, l := range s.links {
			if path == but {
				continue
			}
			for _, bin := range l.made {
				if err := os.Remove(bin.Path); err != nil {
					return err
				}
			}
			l.made = nil
		}
	}
	return nil
}

// grow links until there are so many.
func (l *links) grow(ctx context.Context, link linker, until int) error {
	var seeds []int64
	for i := len(l.made); i < until; i++ {
		seeds = append(seeds, l.first+int64(i))
	}
	more, err := link(ctx, l.of, seeds...)
	l.made = append(l.made, more...)
	return err
}

// bin is the binary of side i for the next round.
func (m *measurement) bin(i int) *testbin.Binary {
	s, path := m.gate.sides[i], m.pair.Package()
	if m.linked {
		made := s.links[path].made
		return made[m.judging.Rounds()%len(made)]
	}
	return s.bins[path]
}

// noteLinks says with which seeds the rounds were linked.
func (m *measurement) noteLinks() {
	if !m.linked || m.judging.Rounds() == 0 {
		return
	}
	var first []string
	for _, i := range m.sides {
		s := m.gate.sides[i]
		first = append(first, fmt.Sprintf("%d of the %s", s.links[m.pair.Package()].first, s.name))
	}
	again := ""
	if made := len(m.gate.linksOf(candidateSide, m.pair.Package()).made); made > 0 && m.judging.Rounds() > made {
		again = fmt.Sprintf(", and the same again after %d rounds, when no time was left to be judged", made)
	}
	last := len(first) - 1
	m.note(fmt.Sprintf("the binaries of %s sides differ, so each round has a link of each side of its own, whose functions lie in "+
		"another order (-randlayout=%s and %s in the first round, one more in each that follows%s)",
		[]string{2: "both", 3: "the"}[len(first)], strings.Join(first[:last], ", "), first[last], again))
}
