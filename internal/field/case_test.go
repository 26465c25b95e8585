package field

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Case is a pair of revisions of a public repository, and what is known of them.
type Case struct {
	Name       string // unique
	Kind       string // one of kinds
	Repository string // OWNER/NAME at GitHub
	Dir        string // the folder of go.mod, relative to the repository's; empty: that
	Package    string // a pattern, relative to Dir
	Baseline   string // full hash
	Candidate  string // full hash; the baseline's where a slowdown is planted
	Benchmarks string // a pattern, as of go test -bench
	Inject     string // the slowdown that is planted: "15%"; empty: none
	// Environment is what both revisions are run with, each "NAME=value": some read there how slow to be.
	Environment []string
	// LimitPercent is how much ns/op may grow; 0 means the 10 of the default policy.
	LimitPercent float64 `json:"limit_percent"`
	Truth        []Truth // what differs, from baseline to candidate; what is not named here is the same
	// Functions are those that cost more, of which the gate is to name one first; empty: not known.
	Functions []string
	Known     string // how it is known what is true
}

// Truth is how much one metric of one benchmark differs.
type Truth struct {
	Benchmark string // without Benchmark
	Unit      string // ns/op, B/op or allocs/op
	// From and To are the levels of baseline and candidate, of which only the ratio counts for ns/op.
	From, To float64
	Open     bool // it may differ, and nobody knows by how much: it is not scored
}

// kinds are what there may be cases of.
var kinds = []string{
	"regression",    // of time, made and later mended
	"allocations",   // more of them, or fewer
	"improvement",   // of time: turned round it is a regression
	"small",         // of 3 to 10 %
	"same",          // the code differs and does the same in the same time
	"documentation", // the code is the same
	"tests",         // other tests differ
	"benchmark",     // the benchmark itself differs
	"plant",         // a slowdown is planted
}

// unchanged are the kinds of which no metric differs.
var unchanged = []string{"same", "documentation", "tests"}

func loadCases(file string) ([]Case, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var cases []Case
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&cases); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: something stands behind the list", file)
	}
	names := map[string]bool{}
	for _, c := range cases {
		if err := c.validate(); err != nil {
			return nil, fmt.Errorf("%s: case %q: %w", file, c.Name, err)
		}
		if names[c.Name] {
			return nil, fmt.Errorf("%s: case %q is there twice", file, c.Name)
		}
		names[c.Name] = true
	}
	return cases, nil
}

var (
	plainName  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	repository = regexp.MustCompile(`^[\w-]+/[\w.-]+$`)
	hash       = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// validate says what is wrong with c.
func (c Case) validate() error {
	switch {
	case !plainName.MatchString(c.Name):
		return errors.New("name: write words of small letters and digits with hyphens between them")
	case !slices.Contains(kinds, c.Kind):
		return fmt.Errorf("kind: %q is none of %v", c.Kind, kinds)
	case !repository.MatchString(c.Repository):
		return fmt.Errorf("repository: %q is not of the form OWNER/NAME", c.Repository)
	case !hash.MatchString(c.Baseline) || !hash.MatchString(c.Candidate):
		return errors.New("baseline, candidate: write full hashes")
	case c.Package == "" || c.Benchmarks == "" || c.Known == "":
		return errors.New("package, benchmarks, known: one is empty")
	case strings.HasPrefix(c.Dir, "/") || strings.Contains(c.Dir, ".."):
		return fmt.Errorf("dir: %q is not in the repository", c.Dir)
	case c.LimitPercent < 0:
		return fmt.Errorf("limit_percent: %v is below 0", c.LimitPercent)
	case (c.Kind == "plant") != (c.Inject != "") || (c.Kind == "plant") != (c.Baseline == c.Candidate):
		return errors.New("inject: a case plants a slowdown if its kind is plant, and its revisions are the same only then")
	case slices.Contains(unchanged, c.Kind) && len(c.Truth) > 0:
		return fmt.Errorf("truth: nothing differs in cases of the kind %q", c.Kind)
	case !slices.Contains(unchanged, c.Kind) && c.Kind != "benchmark" && len(c.Truth) == 0:
		return errors.New("truth: it is empty; say what differs")
	}
	if _, err := regexp.Compile(c.Benchmarks); err != nil {
		return fmt.Errorf("benchmarks: %w", err)
	}
	for _, variable := range c.Environment {
		if name, _, found := strings.Cut(variable, "="); !found || name == "" {
			return fmt.Errorf("environment: %q is not of the form NAME=value", variable)
		}
	}
	seen := map[string]bool{}
	for _, t := range c.Truth {
		if err := t.validate(); err != nil {
			return fmt.Errorf("truth: %s %s: %w", t.Benchmark, t.Unit, err)
		}
		if seen[t.Benchmark+" "+t.Unit] {
			return fmt.Errorf("truth: %s %s is there twice", t.Benchmark, t.Unit)
		}
		seen[t.Benchmark+" "+t.Unit] = true
		if c.Inject != "" {
			percent, err := strconv.ParseFloat(strings.TrimSuffix(c.Inject, "%"), 64)
			if err != nil || t.Unit != "ns/op" || t.From != 100 || t.To != 100+percent {
				return fmt.Errorf("truth: %s: from 100 to 100 and %s of ns/op is planted", t.Benchmark, c.Inject)
			}
		}
	}
	return nil
}

func (t Truth) validate() error {
	switch {
	case t.Benchmark == "" || strings.HasPrefix(t.Benchmark, "Benchmark"):
		return errors.New("benchmark: write the name without Benchmark")
	case !slices.Contains([]string{"ns/op", "B/op", "allocs/op"}, t.Unit):
		return errors.New("unit: write ns/op, B/op or allocs/op")
	case t.From < 0 || t.To < 0 || t.Unit == "ns/op" && !t.Open && (t.From == 0 || t.To == 0):
		return errors.New("from, to: write levels above 0; of B/op and allocs/op 0 is one, too")
	case t.Open != (t.From == t.To):
		return errors.New("from, to: write two levels that differ, or none and open")
	}
	return nil
}

// turned is the case in the other direction.
func (c Case) turned() Case {
	c.Baseline, c.Candidate = c.Candidate, c.Baseline
	c.Truth = slices.Clone(c.Truth)
	for i, t := range c.Truth {
		c.Truth[i].From, c.Truth[i].To = t.To, t.From
	}
	return c
}

func TestCasesAreWellFormed(t *testing.T) {
	cases, err := loadCases("testdata/cases.json")
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(cases), 25)
	repositories, ofKind, plants := map[string]bool{}, map[string]int{}, map[string]bool{}
	for _, c := range cases {
		repositories[c.Repository] = true
		ofKind[c.Kind]++
		plants[c.Inject] = true
		for _, way := range []Case{c, c.turned()} {
			assert.NoError(t, way.withoutPlant().validate(), c.Name)
		}
	}
	assert.GreaterOrEqual(t, len(repositories), 12)
	for _, kind := range kinds {
		assert.NotZero(t, ofKind[kind], kind)
	}
	for _, percent := range []string{"5%", "10%", "15%", "30%"} {
		assert.True(t, plants[percent], percent)
	}
}

// withoutPlant is c, whose slowdown is planted in the candidate whichever way it is gated.
func (c Case) withoutPlant() Case {
	if c.Inject == "" {
		return c
	}
	c.Kind, c.Inject, c.Truth, c.Candidate = "same", "", nil, strings.Repeat("0", 40)
	return c
}

func TestWhatIsWrongWithACaseIsSaid(t *testing.T) {
	good := Case{
		Name: "a-case", Kind: "regression", Repository: "owner/name", Package: ".", Baseline: strings.Repeat("a", 40),
		Candidate: strings.Repeat("b", 40), Benchmarks: "^BenchmarkA$", Known: "told",
		Truth: []Truth{{Benchmark: "A", Unit: "ns/op", From: 1, To: 2}},
	}
	require.NoError(t, good.validate())
	for says, spoil := range map[string]func(c *Case){
		"name":          func(c *Case) { c.Name = "A case" },
		"kind":          func(c *Case) { c.Kind = "other" },
		"repository":    func(c *Case) { c.Repository = "https://github.com/owner/name" },
		"baseline":      func(c *Case) { c.Baseline = "aaaaaaaaaaaa" },
		"package":       func(c *Case) { c.Package = "" },
		"dir":           func(c *Case) { c.Dir = "../other" },
		"limit_percent": func(c *Case) { c.LimitPercent = -1 },
		"inject":        func(c *Case) { c.Candidate = c.Baseline },
		"benchmarks":    func(c *Case) { c.Benchmarks = "(" },
		"environment":   func(c *Case) { c.Environment = []string{"SEVERITY"} },
		"nothing":       func(c *Case) { c.Kind = "tests" },
		"is empty":      func(c *Case) { c.Truth = nil },
		"twice":         func(c *Case) { c.Truth = slices.Repeat(c.Truth, 2) },
		"unit":          func(c *Case) { c.Truth = []Truth{{Benchmark: "A", Unit: "sec/op", From: 1, To: 2}} },
		"above 0":       func(c *Case) { c.Truth = []Truth{{Benchmark: "A", Unit: "ns/op", From: 0, To: 2}} },
		"that differ":   func(c *Case) { c.Truth = []Truth{{Benchmark: "A", Unit: "B/op", From: 2, To: 2}} },
		"or none":       func(c *Case) { c.Truth = []Truth{{Benchmark: "A", Unit: "B/op", From: 2, To: 3, Open: true}} },
		"is planted": func(c *Case) {
			c.Kind, c.Inject, c.Candidate = "plant", "15%", c.Baseline
			c.Truth = []Truth{{Benchmark: "A", Unit: "ns/op", From: 100, To: 116}}
		},
	} {
		c := good
		c.Truth = slices.Clone(good.Truth)
		spoil(&c)
		assert.ErrorContains(t, c.validate(), says)
	}
}
