package field

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/readme"
	"github.com/tailgate-go/tailgate/internal/testbed/archive"
)

// TestTheCommandsOfThePages holds that the commands of the pages, which take minutes or hours, name tests and flags that are there.
func TestTheCommandsOfThePages(t *testing.T) {
	command := regexp.MustCompile(`^go test -v -run '([^']+)' \./(\S+)(?: (.*))?$`)
	flags := regexp.MustCompile(`(?:^| )-([a-z.]+)`)
	for _, of := range []struct{ page, has string }{
		{"docs/field.md", "-field.results"}, {"docs/field.md", "-field.replaygo"},
		{"docs/noise.md", "-recordplain"}, {"docs/noise.md", "TestGateKeepsItsPromises"},
	} {
		page, err := readme.Read("../..", of.page)
		require.NoError(t, err)
		block, err := page.Block("sh", of.has)
		require.NoError(t, err)
		require.NotEmpty(t, block.Commands())
		for _, c := range block.Commands() {
			m := command.FindStringSubmatch(c.Line)
			require.NotNil(t, m, c.Line)
			code := testsOf(t, m[2])
			for name := range strings.SplitSeq(m[1], "|") {
				assert.Contains(t, code, "\nfunc "+strings.TrimSuffix(name, "$")+"(t *testing.T) {", c.Line)
			}
			for _, flag := range flags.FindAllStringSubmatch(m[3], -1) {
				if flag[1] != "timeout" {
					assert.Regexp(t, `flag\.[A-Z]\w+\("`+regexp.QuoteMeta(flag[1])+`",`, code, c.Line)
				}
			}
		}
	}
}

// testsOf is the text of a folder's tests.
func testsOf(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(folder), "*_test.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files, folder)
	var code strings.Builder
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		code.Write(data)
	}
	return code.String()
}

// TestTheTableOfThePageIsOfTheResults holds that the figures of the page come from results that are kept, and from all of them.
func TestTheTableOfThePageIsOfTheResults(t *testing.T) {
	cases, err := loadCases(filepath.Join("testdata", "cases.json"))
	require.NoError(t, err)
	results, err := archive.Read[Result](filepath.Join("testdata", "measured", "results.jsonl"))
	require.NoError(t, err)
	require.NotEmpty(t, results)
	page, err := os.ReadFile("../../docs/field.md")
	require.NoError(t, err)
	want := table(cases, results)
	if !strings.HasSuffix(string(page), "\n\n"+want) {
		got := filepath.Join("testdata", "measured", "table.md.got")
		require.NoError(t, os.WriteFile(got, []byte(want), 0o644))
		assert.Fail(t, "docs/field.md does not end with the table of testdata/measured/results.jsonl: "+got+" is that")
	}
	for _, r := range results { // what the page has words for
		for _, s := range r.Said {
			if s.Outcome != "ok" && s.Outcome != "improved" {
				t.Log(r.tells(s))
			}
		}
	}
}

// tells is what a result says of a metric, in a line.
func (r Result) tells(s Said) string {
	way := "in the direction of the list"
	if r.Turned {
		way = "turned round"
	}
	change := ""
	if s.Baseline > 0 {
		change = fmt.Sprintf(" (%+.1f %%)", 100*(s.Candidate/s.Baseline-1))
	}
	return fmt.Sprintf("%s, %s, %s, %s in %.0f s: %s %s %s %s: %.6g to %.6g%s",
		r.day(), r.Case, way, r.Tool, r.Seconds, s.Benchmark, s.Unit, s.Outcome, s.Code, s.Baseline, s.Candidate, change)
}
