package report

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

func revision(i int, subject string) Revision {
	return Revision{
		Hash: strings.Repeat(fmt.Sprint(i), 40), Subject: subject, Author: "Ada Lovelace", Date: "2026-11-29T12:00:00+01:00",
	}
}

// bisection is a search in whose steps the verdict of a report was reached.
func bisection(outcome BisectionOutcome) Bisection {
	d := documents["duet"]()
	v := d.Report.Verdicts[0]
	ok := v
	ok.Outcome, ok.Reason.Code, ok.Fails = policy.OK, policy.IntervalWithin, false
	b := Bisection{
		Name: "TestBisect", Good: revision(1, "serve: keep the cache warm"), Bad: revision(8, "docs: say more"), Of: v.ID, Unit: v.Unit,
		Rule: v.Rule, Alpha: 0.05, Settings: []Setting{{"good", "v1.2", "-regress.good"}}, Outcome: outcome,
		Began: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC), Took: 93210 * time.Millisecond, Out: "/shop/.tailgate/TestBisect",
		Again: []Command{{"To search again, in the folder of go.mod:", "REGRESS_GOOD=1 go test -run '^TestBisect$' ./."}},
	}
	b.Good.Given, b.Bad.Given = "v1.2", "HEAD"
	b.Steps = []Step{
		{Commit: b.Bad, Decision: Bad, Tries: []policy.Verdict{v}, Left: 7, Took: time.Second, Out: "steps/01-888888888888"},
		{Commit: revision(4, "serve: draft"), Decision: Skipped, Code: policy.DoesNotBuild, Left: 7,
			Problem: "candidate: example.com/shop does not build:\n\t./serve.go:7:2: undefined: cache", Took: time.Second},
		{Commit: revision(6, "docs: say ::warning:: \x1b[31mless"), Decision: Bad, Same: b.Bad.Hash, Left: 5, Took: time.Second},
		{Commit: revision(5, "serve: another cache"), Decision: Good, Tries: []policy.Verdict{v, ok}, Left: 2, Took: time.Second},
	}
	b.Suspects = []Revision{revision(5, "serve: another cache"), revision(6, "docs: say less")}
	return b
}

var bisections = map[string]func() Bisection{
	"found": func() Bisection {
		b := bisection(Found)
		d := documents["duet"]()
		d.Name, d.Baseline.Commit = "TestBisect", revision(5, "").Hash
		d.Causes = documents["causes"]().Causes[:1]
		b.Suspects, b.Why = b.Suspects[1:], &d
		b.Steps[3].Left = 1
		return b
	},
	"narrowed": func() Bisection { return bisection(Narrowed) },
	"unfinished": func() Bisection {
		b := bisection(Unfinished)
		b.Error = "the search's time is over (-regress.total)"
		return b
	},
	"not-regressed": func() Bisection {
		b := bisection(NotRegressed)
		b.Steps, b.Suspects = b.Steps[3:], nil
		b.Steps[0].Commit = b.Bad
		return b
	},
	"undecided": func() Bisection {
		b := bisection(Undecided)
		b.Suspects, b.Steps = nil, b.Steps[:1]
		b.Steps[0].Decision, b.Steps[0].Code, b.Steps[0].Problem = Skipped, policy.TooNoisy, "inconclusive: MLP p95-ns: too noisy"
		return b
	},
	"invalid": func() Bisection {
		return Bisection{
			Name: "TestBisect", Outcome: NoSearch, Error: "-regress.good: \"v9\": no such commit", Good: Revision{Given: "v9"},
		}
	},
}

// The figures of a report are those of TestGolden; these are of the words around them.
func TestBisectionGolden(t *testing.T) {
	for name, search := range bisections {
		t.Run(name, func(t *testing.T) {
			b := search()
			assert.Equal(t, name == "found", b.Passes())
			golden(t, "bisect/"+name+".txt", []byte(b.Text()))
			if name == "found" && runtime.GOARCH == "amd64" {
				golden(t, "bisect/"+name+".json", bisectionAsJSON(t, b))
			}
		})
	}
}

func bisectionAsJSON(t *testing.T, b Bisection) []byte {
	t.Helper()
	var buf bytes.Buffer
	require.NoError(t, b.WriteJSON(&buf))
	return buf.Bytes()
}

func TestEverySearchFollowsItsSchema(t *testing.T) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	data, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	verdict, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	require.NoError(t, err)
	require.NoError(t, c.AddResource("https://github.com/tailgate-go/tailgate/policy/verdict.schema.json", verdict))
	schema, err := c.Compile("../../policy/bisect.schema.json")
	require.NoError(t, err)
	of := func(b Bisection) map[string]any {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(bisectionAsJSON(t, b)))
		require.NoError(t, err)
		return v.(map[string]any)
	}
	for name, search := range bisections {
		assert.NoError(t, schema.Validate(of(search())), name)
	}
	v := of(bisections["found"]())
	mutate(v, "", func(path, mutation string) { assert.Error(t, schema.Validate(v), "%s %s", path, mutation) })
	require.NoError(t, schema.Validate(v), "mutations are undone")
}

// What a subject says moves no cursor, and is no command to a runner.
func TestASubjectIsNotTrusted(t *testing.T) {
	text := bisections["found"]().Text()
	assert.NotContains(t, text, "\x1b")
	assert.NotContains(t, text, " ::warning")
}

func TestALongSearchIsCut(t *testing.T) {
	b := bisection(Narrowed)
	for i := range 300 {
		b.Steps = append(b.Steps, Step{Commit: revision(i%10, "more"), Decision: Skipped, Code: policy.Failed, Problem: "no", Left: 2})
		b.Suspects = append(b.Suspects, revision(i%10, "more"))
	}
	text := b.Text()
	assert.Contains(t, text, "and 264 more steps")
	assert.Contains(t, text, "and 262 more commits")
	assert.Less(t, strings.Count(text, "\n"), 200)
}
