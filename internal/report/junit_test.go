package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// element is one of XML, as a reader that knows nothing of it has it.
type element struct {
	name     string
	attrs    []xml.Attr
	children []element
	text     string
}

func (e element) attr(name string) string {
	for _, a := range e.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// elements reads a whole document, and refuses what is none.
func elements(t require.TestingT, data []byte) element {
	d := xml.NewDecoder(bytes.NewReader(data))
	open := []element{{}}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err, "%s", data)
		top := &open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			open = append(open, element{name: token.Name.Local, attrs: token.Copy().Attr})
		case xml.EndElement:
			parent := &open[len(open)-2]
			parent.children = append(parent.children, *top)
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(token)
		}
	}
	require.Len(t, open[0].children, 1)
	return open[0].children[0]
}

// shape says of each element which attributes it must and may have, and which elements in which order: that part of Jenkins'
// junit-10.xsd (of its xUnit plugin) that GitLab, CircleCI and Buildkite read as well.
var shape = map[string]struct{ must, may, holds []string }{
	"testsuites": {[]string{"name", "tests", "failures", "errors", "time"}, nil, []string{"testsuite"}},
	"testsuite":  {[]string{"name", "tests", "failures", "errors", "skipped", "time"}, []string{"timestamp"}, []string{"testcase"}},
	"testcase":   {[]string{"name", "classname", "time"}, nil, []string{"skipped", "error", "failure", "system-out"}},
	"skipped":    {[]string{"message"}, nil, nil},
	"error":      {[]string{"message", "type"}, nil, nil},
	"failure":    {[]string{"message", "type"}, nil, nil},
	"system-out": {nil, nil, nil},
}

func checkShape(t require.TestingT, e element) {
	of, known := shape[e.name]
	require.True(t, known, "element %s", e.name)
	var names []string
	for _, a := range e.attrs {
		names = append(names, a.Name.Local)
		assert.Contains(t, slices.Concat(of.must, of.may), a.Name.Local, e.name)
		switch a.Name.Local {
		case "time":
			took, err := strconv.ParseFloat(a.Value, 64)
			assert.NoError(t, err)
			assert.GreaterOrEqual(t, took, 0.0)
		case "timestamp":
			_, err := time.Parse("2006-01-02T15:04:05", a.Value)
			assert.NoError(t, err)
		}
	}
	assert.Subset(t, names, of.must, e.name)
	at := 0
	for _, child := range e.children {
		place := slices.Index(of.holds, child.name)
		assert.GreaterOrEqual(t, place, at, "%s in %s", child.name, e.name)
		at = place
		checkShape(t, child)
	}
}

// checkJUnit holds the XML of any document to its shape, its counts to its cases, and the failing ones to the document.
func checkJUnit(t require.TestingT, d Document) element {
	var b bytes.Buffer
	require.NoError(t, d.WriteJUnit(&b))
	assert.True(t, strings.HasPrefix(b.String(), `<?xml version="1.0" encoding="UTF-8"?>`+"\n<testsuites "))
	suites := elements(t, b.Bytes())
	checkShape(t, suites)
	require.Equal(t, "testsuites", suites.name)
	require.Len(t, suites.children, 1)
	suite := suites.children[0]
	counts := map[string]int{"tests": len(suite.children)}
	for _, c := range suite.children {
		kinds := 0
		for name, count := range map[string]string{"failure": "failures", "error": "errors", "skipped": "skipped"} {
			if slices.ContainsFunc(c.children, func(e element) bool { return e.name == name }) {
				counts[count]++
				kinds++
			}
		}
		assert.LessOrEqual(t, kinds, 1, "a case has one outcome")
	}
	for _, of := range []element{suites, suite} {
		for _, count := range []string{"tests", "failures", "errors"} {
			assert.Equal(t, fmt.Sprint(counts[count]), of.attr(count), count)
		}
	}
	assert.Equal(t, fmt.Sprint(counts["skipped"]), suite.attr("skipped"))
	assert.Equal(t, d.Passes(), counts["failures"]+counts["errors"] == 0, "a gate that fails has a case that does")
	return suite
}

func TestJUnitOfEveryDocument(t *testing.T) {
	for name, document := range documents {
		t.Run(name, func(t *testing.T) {
			d := document()
			suite := checkJUnit(t, d)
			if d.Error == "" && d.Expected == "" {
				require.Len(t, suite.children, len(d.Report.Verdicts), "a case for each verdict")
			}
		})
	}
	assert.Equal(t, "error", checkJUnit(t, Document{Name: "TestGate"}).children[0].children[0].name, "there was nothing to judge")
	elsewhere := Document{Report: policy.Report{Elsewhere: 1}}
	assert.Empty(t, checkJUnit(t, elsewhere).children, "all is judged elsewhere")
}

func TestJUnitGolden(t *testing.T) {
	for _, name := range []string{"exceeded", "added-removed", "error", "blind", "expected-missed"} {
		var b bytes.Buffer
		require.NoError(t, documents[name]().WriteJUnit(&b))
		golden(t, name+".junit.xml", b.Bytes())
	}
}

// The outcome decides what a case is, and where the policy lets it pass it is not called well.
func TestJUnitCases(t *testing.T) {
	of := func(outcome policy.Outcome, fails bool) string {
		id := policy.ID{Package: pkg, Name: "A\x1b[31m\x00B\ufffe"}
		d := Document{Name: "TestGate", Report: policy.Report{
			Verdicts:   []policy.Verdict{{ID: id, Unit: "p95-ns", Outcome: outcome, Fails: fails}},
			Benchmarks: []policy.Measured{{ID: id, Noise: policy.Noise{Seconds: 2.5}}},
		}}
		c := checkJUnit(t, d).children[0]
		assert.Equal(t, pkg, c.attr("classname"))
		assert.Equal(t, "TestGate/A\ufffd[31m\ufffdB\ufffd/p95-ns", c.attr("name"))
		assert.Equal(t, "2.500", c.attr("time"))
		return c.children[0].name
	}
	for outcome, want := range map[policy.Outcome]string{
		policy.OK: "system-out", policy.Improved: "system-out", policy.Accepted: "system-out", policy.Added: "skipped",
		policy.Blind: "skipped", policy.Inconclusive: "skipped", policy.Drifted: "skipped",
	} {
		assert.Equal(t, want, of(outcome, false), outcome)
	}
	for outcome, want := range map[policy.Outcome]string{
		policy.Regressed: "failure", policy.Inconclusive: "failure", policy.Blind: "failure", policy.Drifted: "failure",
		policy.Invalid: "error",
	} {
		assert.Equal(t, want, of(outcome, true), outcome)
	}
}

// failsAfter fails when so many bytes were written.
type failsAfter int

func (n *failsAfter) Write(b []byte) (int, error) {
	if *n -= failsAfter(len(b)); *n < 0 {
		return 0, io.ErrShortWrite
	}
	return len(b), nil
}

func TestJUnitThatCannotBeWrittenIsAnError(t *testing.T) {
	var b bytes.Buffer
	d := documents["many"]()
	require.NoError(t, d.WriteJUnit(&b))
	for _, room := range []int{0, 50, 1000, b.Len() / 2, b.Len() - 1} {
		w := failsAfter(room)
		assert.ErrorIs(t, d.WriteJUnit(&w), io.ErrShortWrite, "%d of %d bytes", room, b.Len())
	}
}
