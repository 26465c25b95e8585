package judge

import (
	"slices"

	"github.com/tailgate-go/tailgate/policy"
)

// Round is what the sides measured together, in an order that a coin decided. Of a side that took no part there is no Run.
type Round struct{ Baseline, Candidate, Anchor Run }

// Declared are the directions that the results of each side declare, by unit.
type Declared struct{ Baseline, Candidate, Anchor map[string]policy.Direction }

// Run is one side's part of a round: a value of each metric.
type Run struct {
	Requests int                // behind the values
	Values   map[string]float64 // by unit
}

// Sequence judges one benchmark whose rounds come in one after the other, at the looks of its plan. The first outcome that settles
// is the verdict: later rounds do not change it. Where there is an anchor the same rounds are judged twice, at the same looks, and
// go on until both verdicts of every rule are settled. A Sequence is not for concurrent use.
type Sequence struct {
	judge    Judge
	plan     Plan
	better   [2]map[string]policy.Direction
	pair     Pair
	rounds   int
	looks    []int
	spent    bool
	verdicts []policy.Verdict
	course   [][]policy.Verdict // of each verdict
	since    *Sequence          // against the anchor; nil: there is none
}

// Sequence is that of a pair as it was found, before any round. A pair of which nothing is to be measured is settled at once.
func (j Judge) Sequence(pair Pair, plan Plan, better Declared) *Sequence {
	s := &Sequence{judge: j, plan: plan, better: [2]map[string]policy.Direction{better.Baseline, better.Candidate}, pair: pair}
	if !pair.Comparable() {
		s.verdicts = s.found(policy.Look{Last: true})
	}
	if pair.Since != nil {
		s.since = j.Sequence(*pair.Since, plan, Declared{Baseline: better.Anchor, Candidate: better.Candidate})
	}
	return s
}

// Add adds a round.
func (s *Sequence) Add(r Round) {
	if s.pair.Comparable() {
		s.pair.Baseline = s.grown(s.pair.Baseline, r.Baseline)
		s.pair.Candidate = s.grown(s.pair.Candidate, r.Candidate)
	}
	s.rounds++
	if s.since != nil {
		s.since.Add(Round{Baseline: r.Anchor, Candidate: r.Candidate})
	}
}

// grown is b with one run more. The first round replaces the values that the smoke run found.
func (s *Sequence) grown(b *Benchmark, r Run) *Benchmark {
	if s.rounds == 0 {
		b = &Benchmark{ID: b.ID, Requests: r.Requests, Metrics: map[string][]float64{}}
	}
	b.Requests = min(b.Requests, r.Requests)
	for unit, value := range r.Values {
		b.Metrics[unit] = append(b.Metrics[unit], value)
	}
	return b
}

// Look judges the rounds so far if the plan has a look after so many, or if it is the last because the budget is spent. A
// caller may end for how long both sides took together, never for what they measured.
func (s *Sequence) Look(spent bool) (looked bool) {
	look, planned := s.plan.look(s.rounds)
	if spent {
		look, s.spent = s.plan.Final(s.rounds), true
		if len(s.looks) > 0 && s.looks[len(s.looks)-1] == s.rounds { // a launch after that look came to nothing
			look = s.plan.again(s.rounds)
		}
	}
	if !spent && !planned {
		return false
	}
	s.looks = append(s.looks, s.rounds)
	if s.since != nil {
		s.since.Look(spent)
	}
	found := s.found(look)
	if s.verdicts == nil {
		s.verdicts, s.course =
			slices.Repeat([]policy.Verdict{{Outcome: policy.Unsettled}}, len(found)), make([][]policy.Verdict, len(found))
	}
	for i, v := range found {
		if s.verdicts[i].Outcome == policy.Unsettled {
			s.verdicts[i] = v
			s.course[i] = append(s.course[i], v)
		}
	}
	return true
}

func (s *Sequence) found(look policy.Look) []policy.Verdict {
	return s.judge.verdicts(s.pair, s.better[0], s.better[1], look)
}

// Fail makes all verdicts invalid on what was to be measured, and on what is new to the candidate.
func (s *Sequence) Fail(why policy.Reason) {
	if s.since != nil {
		s.since.Fail(why)
	}
	if !s.pair.Comparable() && !s.pair.New() {
		return
	}
	candidate := *s.pair.Candidate
	candidate.Problem = why
	if s.pair.Baseline != nil {
		baseline := *s.pair.Baseline
		if s.rounds == 0 { // all there is was found before
			baseline.Metrics, candidate.Metrics = nil, nil
		}
		s.pair.Baseline = &baseline
	}
	s.pair.Candidate = &candidate
	s.verdicts, s.course = s.found(policy.Look{Last: true}), nil
}

// Settled reports whether every verdict has an outcome.
func (s *Sequence) Settled() bool {
	unsettled := func(v policy.Verdict) bool { return v.Outcome == policy.Unsettled }
	return s.verdicts != nil && !slices.ContainsFunc(s.verdicts, unsettled) && (s.since == nil || s.since.Settled())
}

// Verdicts are those of the pair's rules as the last look left them, each with its Anchor if there is one, policy.Unsettled what is
// not settled; nil before the first look. They are not to be altered.
func (s *Sequence) Verdicts() []policy.Verdict {
	if s.since == nil || s.verdicts == nil || s.since.verdicts == nil {
		return s.verdicts
	}
	both := slices.Clone(s.verdicts)
	for i := range both {
		both[i].Anchor = ofAnchor(s.since.verdicts[i])
	}
	return both
}

// Course is how each look found verdict i until it settled.
func (s *Sequence) Course(i int) []policy.Verdict {
	if i >= len(s.course) {
		return nil
	}
	return s.course[i]
}

// Pair is the pair with all rounds so far.
func (s *Sequence) Pair() Pair {
	pair := s.pair
	if s.since != nil {
		since := s.since.Pair()
		pair.Since = &since
	}
	return pair
}

// Rounds is their number.
func (s *Sequence) Rounds() int { return s.rounds }

// Looks are the numbers of rounds after which there was a look, and whether the last was the last because the budget was spent.
func (s *Sequence) Looks() (rounds []int, spent bool) { return s.looks, s.spent }

// Left is about how many rounds more it will take to settle all verdicts; 0 when not known.
func (s *Sequence) Left() int {
	left := 0
	for _, v := range s.verdicts {
		left = max(left, s.plan.left(v)-(s.rounds-v.Baseline.N))
	}
	if s.since != nil {
		left = max(left, s.since.Left())
	}
	return left
}
