package progress

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
		d := &Display{lines: &lines, live: &live, width: 80}
		d.GoOn(now)
		d.Looked(now, false)
		assert.Empty(t, lines.String())
		d.Looked(settled, true)
		d.Say("built %s", "it")
		line := "Chat  round 9, 12 s  p95 +6.00 % (-2.00 % to +14.00 %)  about 9 rounds left"
		assert.Equal(t, line+"\r\x1b[K"+line+"\r\x1b[K", live.String(), "and is gone at the end")
		assert.Equal(t, "Chat p95-ns: +6.00 % after 8 rounds, 12 s: ok\nbuilt it\n", lines.String())
	})

	t.Run("a log has plain lines, and not too many", func(t *testing.T) {
		var lines bytes.Buffer
		d := &Display{lines: &lines}
		d.GoOn(now)
		d.GoOn(now)
		d.Looked(now, false)
		d.GoOn(now)
		assert.Equal(t, "Chat: 9 rounds, 12 s\nChat p95-ns: +6.00 % after 8 rounds, 12 s: not settled yet\n", lines.String())
	})

	t.Run("where there is nowhere to tell it nothing is told", func(t *testing.T) {
		d := New(nil, nil)
		d.Say("built %s", "it")
		d.GoOn(now)
		d.Looked(settled, true)
		d.Clear()
	})
}

// Who asked for quiet is told what will be measured, and no line besides.
func TestQuiet(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	require.NoError(t, err)
	defer file.Close()
	d := Quiet(file)
	d.Say("built")
	d.Plan("measuring %d benchmarks", 48)
	d.GoOn(report.Progress{Benchmark: "Chat"})
	said, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	assert.Equal(t, "measuring 48 benchmarks\n", string(said))
	var lines bytes.Buffer
	New(&lines, nil).Plan("measuring %d benchmarks", 48)
	assert.Equal(t, "measuring 48 benchmarks\n", lines.String())
}

func TestInCI(t *testing.T) {
	for pair, want := range map[string]bool{
		"": false, "CI=true": true, "CI=1": true, "CI=false": false, "TF_BUILD=True": true, "JENKINS_URL=https://ci.example.com/": true,
		"TEAMCITY_VERSION=2026.1": true, "BUILDKITE=true": true, "CODEBUILD_BUILD_ID=shop:1": true, "CI=false BUILDKITE=true": false,
		"HOME=/home/ci": false,
	} {
		set := map[string]string{}
		for field := range strings.FieldsSeq(pair) {
			name, value, _ := strings.Cut(field, "=")
			set[name] = value
		}
		assert.Equal(t, want, InCI(func(name string) string { return set[name] }), pair)
	}
}
