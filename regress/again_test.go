package regress

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/progress"
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

// What a gate did with a candidate at an address is done again with the address, and not with the file that it left.
func TestAgainLoadsTheServerAgain(t *testing.T) {
	t.Chdir(t.TempDir())
	self, err := os.Executable()
	require.NoError(t, err)
	runs := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(runs, "rate=5"), nil, 0o644))
	before, err := recorded(t, "Recorded", time.Minute, map[string]string{"rate=5": ""})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile("before.txt", []byte(before), 0o644))
	s, err := Gate{Baseline: "before.txt", Candidate: "http://127.0.0.1:1", Benchtime: "2x", Bench: "Recorded"}.settle(fromNowhere)
	require.NoError(t, err)
	s.program = &measure.Program{Path: self, Env: []string{recordedEnv + "=" + runs}}
	s.rerun = rerun{"where it ran", func(string, string) string { return "tailgate -model=llama" }}
	result, err := s.run(t.Context(), "command", progress.New(io.Discard, nil))
	require.NoError(t, err)
	require.NotEmpty(t, result.doc.Again)
	assert.Equal(t, "REGRESS_BASELINE=before.txt REGRESS_CANDIDATE=http://127.0.0.1:1 tailgate -model=llama", result.doc.Again[0].Line)
	assert.Contains(t, result.doc.Candidate.What, "candidate.txt")
}

func TestMergingAgainHeedsWhatTheMergeDid(t *testing.T) {
	set := func(name, value string) report.Setting {
		return report.Setting{Name: name, Value: value, Source: "-" + name}
	}
	s := settings{in: "shards/*", rerun: byTest, outside: []report.Setting{
		set("bench", "Chat"), set("policy", "p q.json"), set("in", "shards/*"), set("shard", "1/2"), set("history", "h"), set("out", "o"),
	}}
	assert.Equal(t, "REGRESS_IN='shards/*' REGRESS_POLICY='p q.json' REGRESS_HISTORY=h REGRESS_OUT=o "+
		"go test -count=1 -v -run '^TestMerge$' ./.", s.mergeAgain("TestMerge", t.TempDir())[0].Line)
	s.outside = nil
	assert.Equal(t, "REGRESS_IN='shards/*' go test -count=1 -v -run '^TestMerge$' ./.", s.mergeAgain("TestMerge", t.TempDir())[0].Line,
		"of Gate.In")
}
