package measure

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/policy"
)

// What rotates logs may take files of results for some. The verdict is that of what was measured, whatever became of them;
// a file that was moved goes on and is whole, and one that was emptied cannot pass for whole.
func TestResultsAreRotatedWhileTheyAreWritten(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there no file is moved that is open")
	}
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	launches := 0
	g := pretended{
		budget:     12 * time.Hour,
		benchmarks: []pretendedBenchmark{{name: "Serve", effect: 1, noise: 0.02, took: time.Hour}},
		meanwhile: func(*measurement) {
			if launches++; launches == 3 {
				require.NoError(t, os.Rename(path("baseline.txt"), path("baseline.txt.1")))
				require.NoError(t, os.Truncate(path("candidate.txt"), 0))
			}
		},
	}
	result := g.run(t, part.Part{}, dir)
	assert.Equal(t, policy.OK, result.Outcome(), "%s", result.Text())
	require.Len(t, result.Report.Verdicts, 1)
	rounds := result.Report.Verdicts[0].Baseline.N
	assert.Greater(t, rounds, 3)
	assert.NoFileExists(t, path("baseline.txt"))

	moved, err := benchdata.ReadFiles(path("baseline.txt.1"))
	require.NoError(t, err)
	assert.Len(t, moved.Benchmarks[0].Runs, rounds)
	_, err = benchdata.ReadFiles(path("candidate.txt"))
	assert.ErrorContains(t, err, "a NUL byte: not text")
}
