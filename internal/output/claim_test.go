package output

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/wholefile"
)

func TestAFolderOfSomebodyElsesIsRefused(t *testing.T) {
	for _, name := range []string{
		"notes.md", "report.md", "junit.xml", "verdict.json", "bisect.json", "baseline.txt", "steps/1.md", "why/not.md",
		"profiles/cpu.pb.gz",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, filepath.FromSlash(name))
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
			require.NoError(t, os.WriteFile(file, []byte("{\n  \"version\": 1\n}\n"), 0o644))
			_, _, err := Of(Test{Dir: t.TempDir()}, dir)
			require.ErrorContains(t, err, dir+" has files that are no gate's, such as ")
			assert.ErrorContains(t, err, "choose a folder that is empty or not there yet; name another with -regress.out")
			assert.FileExists(t, file)
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Len(t, left, 1, "nothing came")
		})
	}
}

func TestAFolderOfAGateIsTakenAgain(t *testing.T) {
	take := func(t *testing.T, module, dir string) *Folder {
		t.Helper()
		out, _, err := Of(Test{Dir: module, Name: "TestGate"}, dir)
		require.NoError(t, err)
		return out
	}
	module := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(module, "go.mod"), []byte("module example.com/shop\n"), 0o644))
	for name, make := range map[string]func(*testing.T, string){
		"one that is not there": func(t *testing.T, dir string) { require.NoError(t, os.Remove(dir)) },
		"an empty one":          func(*testing.T, string) {},
		"one that another gate is taking": func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, ".tailgate-out-ABCDEFGHIJ"), nil, 0o644))
		},
		"that of a gate that was killed": func(t *testing.T, dir string) {
			out := take(t, module, dir)
			_, err := out.Begin(true)
			require.NoError(t, err)
		},
		"that of a gate from before there was a marker": func(t *testing.T, dir string) {
			_, err := Leave(take(t, module, dir), report.Document{Name: "TestGate", Began: time.Now()}, unsealed, nil)
			require.NoError(t, err)
			require.NoError(t, os.Remove(filepath.Join(dir, marker)))
		},
		"that of a search from then": func(t *testing.T, dir string) {
			require.NoError(t, take(t, module, dir).Search(report.Bisection{Began: time.Now()}, true))
			require.NoError(t, os.Remove(filepath.Join(dir, marker)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			make(t, dir)
			require.NoError(t, take(t, module, dir).Close())
			assert.FileExists(t, filepath.Join(dir, marker))
		})
	}
	t.Run("that of the module", func(t *testing.T) {
		require.NoError(t, take(t, module, "").Write("baseline.txt", wholefile.Text("results")))
		require.NoError(t, take(t, module, filepath.Join(module, folder)).Close())
		require.NoError(t, take(t, module, filepath.Join(module, folder, "TestGate")).Close())
	})
}
