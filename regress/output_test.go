package regress

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

func TestEveryOutcomeHasItsPage(t *testing.T) {
	for name, doc := range map[string]report.Document{
		"ok":               {Report: policy.Report{Verdicts: []policy.Verdict{{Outcome: policy.OK}}}},
		"regressed":        {Report: policy.Report{Verdicts: []policy.Verdict{{Outcome: policy.Regressed, Fails: true}}}},
		"invalid":          {Error: "candidate: example.com/infer does not build"},
		"nothing to judge": {},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := newOutput(t.TempDir())
			require.NoError(t, err)
			doc.Began = time.Now()
			_, err = finish(doc, out, nil)
			require.NoError(t, err)
			for _, file := range []string{"verdict.json", "report.md", "summary.md", "report.html"} {
				assert.FileExists(t, filepath.Join(out.dir, file))
			}
			left, err := os.ReadDir(out.dir)
			require.NoError(t, err)
			assert.Len(t, left, 4, "no part of a file is left")
		})
	}
}

func TestAPageThatCannotBeWrittenChangesNoVerdict(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "report.html", "taken"), 0o755))
	out, err := newOutput(dir)
	require.NoError(t, err)
	doc := report.Document{Began: time.Now(), Report: policy.Report{Verdicts: []policy.Verdict{{Outcome: policy.OK}}}}
	result, err := finish(doc, out, nil)
	require.NoError(t, err)
	assert.True(t, result.Passes())
	assert.Contains(t, result.Text(), "not all reports could be written: rename")
	assert.FileExists(t, filepath.Join(dir, "verdict.json"))
}
