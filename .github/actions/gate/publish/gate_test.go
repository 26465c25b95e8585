package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// command is a line that the runner takes for one of ours: a mark, with no property but these and nothing after the text.
var command = regexp.MustCompile(`^::(error|warning|notice) (file=[^,:]*,line=\d+,)?title=[^,:\r\n]*::[^\r\n]*$`)

// FuzzReadGate holds that a verdict.json of any content is refused in words, or leads to commands of ours alone, and to an outcome
// that there is.
func FuzzReadGate(f *testing.F) {
	f.Setenv("PATH", "") // the go command is not asked where a package is
	dir := f.TempDir()
	name := filepath.Join(dir, "verdict.json")
	for _, text := range []string{
		`{"name": "TestGate", "outcome": "regressed", "verdicts": [{"package": "example.com/shop", "benchmark": "Chat", "unit": "p95-ns",
			"outcome": "regressed", "fails": true, "reason": "the whole interval is beyond both limits", "change_percent": 48.9}]}`,
		`{"outcome": "invalid", "error": "baseline: no such commit\n::set-output name=outcome::ok"}`,
		`{"outcome": "ok", "pass": true, "planted": "50%", "verdicts": [{"benchmark": "\u001b[31m\r\n::error::x", ` +
			`"outcome": "inconclusive"}, {"outcome": "blind"}, {"outcome": "invalid"}]}`,
		`{"outcome": "fine"}`, `{"outcome": "ok", "verdicts": [null]}`, `[]`, `null`, ``, `{"outcome": "ok"} {}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		require.NoError(t, os.WriteFile(name, data, 0o644))
		g, err := readGate(name, time.Time{})
		if err != nil {
			require.Nil(t, g)
			require.Regexp(t, command, mark{level: "error", title: "tailgate", text: err.Error()}.String())
			return
		}
		require.Contains(t, byGravity, g.Outcome)
		levels := map[string]int{}
		for _, m := range marks([]gate{*g, *g}) {
			line := m.String()
			require.Regexp(t, command, line)
			levels[m.level]++
		}
		for level, n := range levels {
			require.LessOrEqual(t, n, mostMarks+2, level) // and an error of each gate
		}
		lines := strings.Split(assignments(map[string]string{"outcome": g.Outcome}), "\n")
		require.Len(t, lines, 4)
		require.Equal(t, g.Outcome, lines[1])
	})
}
