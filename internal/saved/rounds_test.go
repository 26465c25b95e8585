package saved

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// The rounds of one gate are known by its seed, and a verdict that is graver than the gate's own is named.
func TestRoundsOfOneGateAreKnown(t *testing.T) {
	for _, c := range []struct {
		name            string
		sides, seeds    [2]string
		live            policy.Outcome // of the gate; empty: it left no verdict.json
		seed            string         // of that
		oneGate, graver bool
	}{
		{"both sides, and ok", [2]string{"baseline", "candidate"}, [2]string{"7", "7"}, policy.OK, "7", true, true},
		{"both sides, and regressed", [2]string{"baseline", "candidate"}, [2]string{"7", "7"}, policy.Regressed, "7", true, false},
		{"no verdict.json", [2]string{"baseline", "candidate"}, [2]string{"7", "7"}, "", "", true, false},
		{"another gate's verdict.json", [2]string{"baseline", "candidate"}, [2]string{"7", "7"}, policy.OK, "8", true, false},
		{"two gates", [2]string{"baseline", "candidate"}, [2]string{"7", "8"}, policy.OK, "7", false, false},
		{"one side twice", [2]string{"candidate", "candidate"}, [2]string{"7", "7"}, policy.OK, "7", false, false},
		{"no gate's", [2]string{"", ""}, [2]string{"", ""}, policy.OK, "", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			var files [2]string
			for i, side := range c.sides {
				text := savedRun(float64(50 * i))
				if side != "" {
					text = fmt.Sprintf("# side: %s\n# seed: %s\n", side, c.seeds[i]) + text
				}
				files[i] = filepath.Join(dir, fmt.Sprint(i)+".txt")
				require.NoError(t, os.WriteFile(files[i], []byte(text), 0o600))
			}
			if c.live != "" {
				id := policy.ID{Package: "example.com/shop", Name: "MLP", Procs: 2}
				live := report.Document{Environment: []report.Fact{{Name: "seed", Value: c.seed}}}
				live.Report.Verdicts = []policy.Verdict{{ID: id, Unit: "p95-ns", Outcome: c.live, Fails: c.live == policy.Regressed},
					{ID: id, Unit: "score", Outcome: c.live, Fails: c.live == policy.Regressed}}
				var text strings.Builder
				require.NoError(t, live.WriteJSON(&text))
				require.NoError(t, os.WriteFile(filepath.Join(dir, "verdict.json"), []byte(text.String()), 0o600))
			}
			var doc report.Document
			require.NoError(t, Compare(savedJudge, files[0], files[1], ".", &doc))
			notes := strings.Join(doc.Notes, "\n")
			assert.Equal(t, c.oneGate, strings.Contains(notes, unpaired), notes)
			assert.Equal(t, !c.oneGate, strings.Contains(notes, "cannot know whether both sides were measured on one machine"), notes)
			const named = "MLP p95-ns is regressed here and was ok; MLP score is regressed here and was ok"
			assert.Equal(t, c.graver, strings.Contains(notes, named), notes)
			assert.Equal(t, c.graver, strings.Contains(notes, "graver than the gate's own verdicts"), notes)
		})
	}
}
