package regress

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/bounded"
	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/saved"
	"github.com/tailgate-go/tailgate/internal/shards"
	"github.com/tailgate-go/tailgate/internal/source"
	"github.com/tailgate-go/tailgate/policy"
)

// outside reads settings from outside of the Gate: flags and the environment.
type outside struct {
	option   func(option) (value, source string) // what an option was set to, and where; both are empty when it was not
	variable func(name string) string            // of the environment; empty when it is not set
}

var (
	// fromRun are the flags and the environment of this test run.
	fromRun = heeding("-regress.", func(o option) string { return *o.flag })
	// fromNowhere leaves everything to the Gate.
	fromNowhere = outside{func(option) (value, source string) { return "", "" }, func(string) string { return "" }}
)

// heeding are flags, whose names begin with prefix, and the environment. That is read when it is asked for, in the test, so that
// the test cache sees it.
func heeding(prefix string, flag func(option) string) outside {
	set := func(o option) (value, source string) {
		if value := flag(o); value != "" {
			return value, prefix + o.name
		}
		if env := os.Getenv(o.variable()); env != "" {
			return env, o.variable()
		}
		return "", ""
	}
	return outside{set, os.Getenv}
}

// value is the option's setting: from outside if it is set there, else the Gate's field, else the default.
func (o option) value(field string, from outside) report.Setting {
	if value, source := from.option(o); value != "" {
		return report.Setting{Name: o.name, Value: value, Source: source}
	}
	if field != "" {
		return report.Setting{Name: o.name, Value: field, Source: o.field}
	}
	return report.Setting{Name: o.name, Source: "default"}
}

// settings is a Gate with everything decided.
type settings struct {
	packages            []string
	only                string           // import path of the one of them that is built; empty: all are
	program             *measure.Program // in place of packages; nil: none
	takes               time.Duration    // of one run of all that the program measures, by its schedule
	bench, benchtime    string
	tags                string // of builds; empty: those of GOFLAGS
	baseline, candidate report.Setting
	anchor              report.Setting
	judge               judge.Judge
	budget, timeout     time.Duration
	total               time.Duration // 0: as long as there is
	plant               duet.Plant
	expect              policy.Outcome
	shard               part.Part
	costs               shards.Costs
	in                  string
	good, bad, metric   report.Setting
	out                 string
	within              *output.Folder // in which out is made; nil: it is a folder by itself, or empty
	history             string
	restart             measure.Restart          // of servers at addresses
	variables           []string                 // given to benchmarks though they look like secrets
	ownTests            bool                     // of each side, in place of the candidate's for both
	identical           bool                     // what runs and reads the same on both sides is measured, too
	profile             bool                     // what regressed
	accepts             bool                     // trailers of commits accept what regressed
	itself              bool                     // a self-test: the work tree against itself
	byCommand           bool                     // there is no test around the gate
	rerun               rerun                    // how this gate is run again; the zero value: nobody can
	known               func(digest string) bool // see measure.Order; nil: this is no step of a search
	env                 func(name string) string // the environment, as far as it is heeded
	won                 []report.Setting         // those that are not defaults, for the report
	outside             []report.Setting         // those of them that no field of the Gate set
}

// mostOfCosts is how many bytes a verdict.json of costs may have.
const mostOfCosts = 64 << 20

// mostOfPolicy is how many bytes a policy may have: 10,000 rules.
const mostOfPolicy = 2 << 20

// settle decides every setting of g, what is set outside of it first, and refuses those that make no sense.
func (g Gate) settle(from outside) (s settings, err error) {
	s = settings{packages: g.Packages, benchtime: g.Benchtime, env: from.variable}
	if len(s.packages) == 0 {
		s.packages = []string{"."}
	}
	if s.benchtime == "" {
		s.benchtime = defaultBenchtime
	}
	if !isBenchtime(s.benchtime) {
		return s, fmt.Errorf("Gate.Benchtime is %q: write a duration above 0, such as 300ms, or a number of iterations, such as 100x",
			s.benchtime)
	}
	take := func(o option, field string) report.Setting {
		v := o.value(field, from)
		if v.Value != "" {
			won := report.Setting{Name: v.Name, Value: source.Discreet(v.Value), Source: v.Source}
			s.won = append(s.won, won)
			if v.Source != o.field {
				s.outside = append(s.outside, won)
			}
		}
		return v
	}
	bench := take(benchOption, g.Bench)
	if s.bench = bench.Value; s.bench == "" {
		s.bench = "."
	}
	if err := saved.CheckPattern(s.bench); err != nil {
		return s, fmt.Errorf("%s is %q: %w; write a pattern as for go test -bench", bench.Source, s.bench, err)
	}
	s.baseline = take(baselineOption, g.Baseline)
	s.candidate = take(candidateOption, g.Candidate)
	s.anchor = take(anchorOption, g.Anchor)
	s.good, s.bad, s.metric = take(goodOption, g.Good), take(badOption, g.Bad), take(metricOption, g.Metric)
	if s.tags = take(tagsOption, g.Tags).Value; s.tags == "" {
		if s.tags = builtWith("-tags"); s.tags != "" {
			s.won = append(s.won, report.Setting{Name: tagsOption.name, Value: s.tags, Source: "go test -tags"})
		}
	}
	s.out, s.in, s.history = take(outOption, g.Out).Value, take(inOption, g.In).Value, take(historyOption, g.History).Value
	if s.variables, err = variables(take(envOption, strings.Join(g.Env, ","))); err != nil {
		return s, err
	}
	shard := take(shardOption, g.Shard)
	if s.shard, err = part.Parse(shard.Value); err != nil {
		return s, fmt.Errorf("%s: %w", shard.Source, err)
	}
	if file := take(costsOption, g.Costs); file.Value != "" {
		data, err := bounded.ReadFile(file.Value, mostOfCosts)
		if err == nil {
			s.costs, err = shards.ParseCosts(data)
		}
		if err != nil {
			return s, fmt.Errorf("%s is %q: %w; leave it out to deal benchmarks out by name", file.Source, file.Value, err)
		}
	}
	if s.ownTests, err = isWord(take(testsOption, g.Tests), "own", "candidate"); err != nil {
		return s, err
	}
	if s.identical, err = isWord(take(identicalOption, g.Identical), "measure", "ok"); err != nil {
		return s, err
	}
	profileOff, err := isWord(take(profileOption, g.Profile), "off", "")
	if err != nil {
		return s, err
	}
	acceptOff, err := isWord(take(acceptOption, g.Accept), "off", "")
	if err != nil {
		return s, err
	}
	s.profile, s.accepts = !profileOff, !acceptOff
	s.restart.Command = strings.Fields(take(restartOption, g.Restart).Value)
	swap := take(swapOption, g.Swap)
	if s.restart.Swap, err = isWord(swap, "on", "off"); err != nil {
		return s, err
	}
	if s.restart.Swap && len(s.restart.Command) == 0 {
		return s, fmt.Errorf("%s is \"on\", and the gate cannot start servers anew at each other's address: "+
			"say how with -regress.restart, or leave it out", swap.Source)
	}
	if s.budget, err = duration(take(budgetOption, shown(g.Budget)), budgetHere(s.env)); err != nil {
		return s, err
	}
	if s.total, err = duration(take(totalOption, shown(g.Total)), 0); err != nil {
		return s, err
	}
	if s.timeout, err = duration(take(timeoutOption, shown(g.Timeout)), defaultTimeout); err != nil {
		return s, err
	}
	inject := take(injectOption, g.Inject)
	if s.plant, err = duet.ParsePlant(inject.Value); err != nil {
		return s, fmt.Errorf("%s: %w", inject.Source, err)
	}
	expected, err := isWord(take(expectOption, g.Expect), string(policy.Regressed), "")
	if err != nil {
		return s, err
	}
	if expected {
		s.expect = policy.Regressed
	}
	p := g.Policy.WithFloors()
	own := p.Rules
	if file := take(policyOption, g.PolicyFile); file.Value != "" {
		data, err := bounded.ReadFile(file.Value, mostOfPolicy)
		if err != nil {
			return s, fmt.Errorf("%s: %w; leave the policy out for the default rules", file.Source, err)
		}
		if p, err = policy.Parse(file.Value, data); err != nil {
			return s, fmt.Errorf("%s: %w", file.Source, err)
		}
		if len(p.Rules) == 0 { // they are as they were
			p.Rules = own
		}
	}
	if err := p.Validate(); err != nil {
		return s, fmt.Errorf("Gate.Policy: %w", err)
	}
	s.judge = judge.By(p)
	return s, nil
}

// isWord reports whether a setting is the word. other, like no value, says that it is not.
func isWord(s report.Setting, word, other string) (bool, error) {
	switch s.Value {
	case word:
		return true, nil
	case "", other:
		return false, nil
	}
	return false, fmt.Errorf("%s is %q: write %q, or leave it out", s.Source, s.Value, word)
}

// variables are the names of environment variables that a setting lists.
func variables(s report.Setting) ([]string, error) {
	var names []string
	for name := range strings.SplitSeq(s.Value, ",") {
		switch name = strings.TrimSpace(name); {
		case name == "" && s.Value == "":
		case name == "" || strings.ContainsAny(name, "= \t\r\n\x00*"):
			return nil, fmt.Errorf("%s: %q is no name of an environment variable; write names, with commas between them, and no values",
				s.Source, cutValue(name))
		default:
			names = append(names, name)
		}
	}
	return names, nil
}

// cutValue leaves of NAME=VALUE the name: the value is a secret.
func cutValue(s string) string {
	name, _, found := strings.Cut(s, "=")
	if found {
		name += "=..."
	}
	return name
}

// isBenchtime reports whether go test -benchtime takes it.
func isBenchtime(s string) bool {
	if n, ok := strings.CutSuffix(s, "x"); ok {
		count, err := strconv.Atoi(n)
		return err == nil && count > 0
	}
	d, err := time.ParseDuration(s)
	return err == nil && d > 0
}

// shown is d as a setting: empty when it is not set.
func shown(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func duration(s report.Setting, otherwise time.Duration) (time.Duration, error) {
	if s.Value == "" {
		return otherwise, nil
	}
	d, err := time.ParseDuration(s.Value)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%s is %q: write a duration above 0, such as 90s", s.Source, s.Value)
	}
	return d, nil
}
