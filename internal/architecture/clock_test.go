package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wallTimes are the files that read the time of day in a form that can be compared with that of another process, file or machine,
// and what becomes of it where the clock was wrong or jumped. All other times are readings of time.Now less one another in one
// process, which are of the monotonic clock. A file that is not named here may not do so: say here what it decides.
var wallTimes = map[string]string{
	"internal/testbin/lineage.go": "when a commit was made: in a history, what comes before a gap if no ancestry is known, " +
		"which its page says",
	"internal/testbin/tree.go": "whether a gate's lost record of a worktree is an hour old: " +
		"it goes a gate sooner or later",
	"internal/fleet/meeting.go": "when the shards of a load begin, by the first one's clock; how far theirs are apart is measured " +
		"before, and a start that is over is refused",
	"internal/fleet/clock.go":             "how far the clocks of shards are apart, which is what it measures",
	"internal/pace/clock_linux.go":        "whether time is that of a test's bubble: waits are less precise",
	"internal/testbed/server/generate.go": "what a reply says of itself",
	"internal/testbed/server/metrics.go":  "what a metric says of itself",
	"internal/testbed/server/server.go":   "what a model's card says of itself",
	"internal/measure/content.go":         "whether both smoke runs wrote a file, so that its readers are measured and not invalid",
	"internal/wholefile/file.go": "whether a file that a killed gate had begun is a minute old: " +
		"it goes a gate sooner or later",
	".github/actions/gate/publish/gate.go": "whether a verdict is of this job: one that seems older is left out, " +
		"and without any the job fails",
}

var wallTime = regexp.MustCompile(`^(ModTime|Unix|UnixNano|UnixMilli|UnixMicro|ParseTime|CLOCK_REALTIME)$`)

func TestWallTimeDecidesNothingUnseen(t *testing.T) {
	top := filepath.Join("..", "..")
	found := map[string]bool{}
	require.NoError(t, filepath.WalkDir(top, func(path string, entry os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == ".git"):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			of, _ := selector.X.(*ast.Ident)
			parsed := of != nil && of.Name == "time" &&
				(selector.Sel.Name == "Parse" || selector.Sel.Name == "Date" || selector.Sel.Name == "ParseInLocation")
			if wallTime.MatchString(selector.Sel.Name) || parsed {
				name, err := filepath.Rel(top, path)
				require.NoError(t, err)
				found[filepath.ToSlash(name)] = true
			}
			return true
		})
		return nil
	}))
	for name := range found {
		assert.Contains(t, wallTimes, name, "it reads the time of day: say here what that decides")
	}
	for name := range wallTimes {
		assert.True(t, found[name], "%s does not read the time of day any more", name)
	}
}
