package regress

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

func TestProgress(t *testing.T) {
	open := policy.Verdict{Unit: "p95-ns", Baseline: policy.Summary{N: 8}, Percent: policy.Bounds{Lo: -2, Hi: 14}, ChangePercent: 6}
	now := report.Progress{Benchmark: "Chat", Rounds: 9, Spent: 12 * time.Second, Verdicts: []policy.Verdict{open}, Left: 9}
	settled := now
	settled.Verdicts = []policy.Verdict{open}
	settled.Verdicts[0].Outcome = policy.OK

	t.Run("who watches sees one line that changes, and what is settled stays", func(t *testing.T) {
		var lines, live bytes.Buffer
		p := &progress{lines: &lines, live: &live, width: 80}
		p.goOn(now)
		p.looked(now, false)
		assert.Empty(t, lines.String())
		p.looked(settled, true)
		p.say("built %s", "it")
		line := "Chat  round 9, 12 s  p95 +6.00 % (-2.00 % to +14.00 %)  about 9 rounds left"
		assert.Equal(t, line+"\r\x1b[K"+line+"\r\x1b[K", live.String(), "and is gone at the end")
		assert.Equal(t, "Chat p95-ns: +6.00 % after 8 rounds, 12 s: ok\nbuilt it\n", lines.String())
	})

	t.Run("a log has plain lines, and not too many", func(t *testing.T) {
		var lines bytes.Buffer
		p := &progress{lines: &lines}
		p.goOn(now)
		p.goOn(now)
		p.looked(now, false)
		p.goOn(now)
		assert.Equal(t, "Chat: 9 rounds, 12 s\nChat p95-ns: +6.00 % after 8 rounds, 12 s: not settled yet\n", lines.String())
	})
}

func TestShellQuoted(t *testing.T) {
	for word, want := range map[string]string{
		"./infer": "./infer", "": "''", "^TestGate$": "'^TestGate$'", "it's": `'it'\''s'`, "$(id)": "'$(id)'", "a\nb": "'a\nb'", "~x": "'~x'",
	} {
		assert.Equal(t, want, shellQuoted(word))
	}
}

func TestAgainNamesTheCommits(t *testing.T) {
	won := []report.Setting{{Name: "budget", Value: "25s", Source: "-regress.budget"}, {Name: "timeout", Value: "1m", Source: "Gate.Timeout"},
		{Name: "baseline", Value: "main", Source: "REGRESS_BASELINE"}}
	s := settings{baseline: won[2], candidate: report.Setting{Name: "candidate", Source: "default"}, won: won}
	doc := report.Document{Baseline: report.Side{Commit: "1a2b"}, Candidate: report.Side{Commit: "3c4d"}}
	got := s.again("TestGate/it's", t.TempDir(), doc)
	assert.Equal(t, `REGRESS_BASELINE=1a2b REGRESS_CANDIDATE=3c4d REGRESS_BUDGET=25s go test -count=1 -v -run '^TestGate$/^it'\''s$' ./.`, got[0].Line)
	doc.Candidate.Dirty = true
	got = s.again("TestGate", t.TempDir(), doc)
	assert.Equal(t, "REGRESS_BASELINE=1a2b REGRESS_BUDGET=25s go test -count=1 -v -run '^TestGate$' ./.", got[0].Line)
	assert.Contains(t, got[0].Purpose, "with the changes that the candidate had")
	s.itself = true
	assert.Equal(t, "REGRESS_BUDGET=25s go test -count=1 -v -run '^TestGate$' ./.", s.again("TestGate", t.TempDir(), doc)[0].Line)
}
