package regress

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/report"
)

func TestShellQuoted(t *testing.T) {
	for word, want := range map[string]string{
		"./infer": "./infer", "": "''", "^TestGate$": "'^TestGate$'", "it's": `'it'\''s'`, "$(id)": "'$(id)'",
		"a\nb": "'a\nb'", "~x": "'~x'",
	} {
		assert.Equal(t, want, shellQuoted(word))
	}
}

func TestAgainNamesTheCommits(t *testing.T) {
	won := []report.Setting{{Name: "budget", Value: "25s", Source: "-regress.budget"},
		{Name: "timeout", Value: "1m", Source: "Gate.Timeout"},
		{Name: "baseline", Value: "main", Source: "REGRESS_BASELINE"}}
	s := settings{
		baseline: won[2], candidate: report.Setting{Name: "candidate", Source: "default"}, won: won,
		outside: []report.Setting{won[0], won[2]}, rerun: byTest,
	}
	doc := report.Document{Baseline: report.Side{Commit: "1a2b"}, Candidate: report.Side{Commit: "3c4d"}}
	got := s.again("TestGate/it's", t.TempDir(), doc)
	assert.Equal(t, `REGRESS_BASELINE=1a2b REGRESS_CANDIDATE=3c4d REGRESS_BUDGET=25s go test -count=1 -v -run `+
		`'^TestGate$/^it'\''s$' ./.`, got[0].Line)
	doc.Candidate.Dirty = true
	got = s.again("TestGate", t.TempDir(), doc)
	assert.Equal(t, "REGRESS_BASELINE=1a2b REGRESS_BUDGET=25s go test -count=1 -v -run '^TestGate$' ./.", got[0].Line)
	assert.Contains(t, got[0].Purpose, "with the changes that the candidate had")
	s.itself = true
	assert.Equal(t, "REGRESS_BUDGET=25s go test -count=1 -v -run '^TestGate$' ./.", s.again("TestGate", t.TempDir(), doc)[0].Line)
}
