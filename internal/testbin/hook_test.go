//go:build unix && !aix && !solaris

package testbin

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// takesTurns lets BenchmarkInfer of b take turns: of 1000 iterations each.
func takesTurns(t *testing.T, b *Binary) {
	t.Helper()
	require.Empty(t, b.NoTurns)
	invitation, err := duet.Invite()
	require.NoError(t, err)
	process, err := b.Start(t.Context(), RunOptions{
		Args: []string{"-test.run=^$", "-test.bench=^BenchmarkInfer$", "-test.benchtime=1ns"},
		Env:  []string{invitation.PlainEnv("BenchmarkInfer")}, Files: invitation.Files,
	})
	require.NoError(t, err)
	peer, err := invitation.Open(t.Context())
	require.NoError(t, err)
	for range 3 {
		r, err := peer.GrantPlain(t.Context(), duet.PlainTurn{Iterations: 1000})
		require.NoError(t, err)
		assert.Positive(t, r.Timed)
	}
	totals, err := peer.End(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 3000, totals.Requests)
	output, err := process.Wait()
	require.NoError(t, err)
	assert.Contains(t, string(output.Stdout), "BenchmarkInfer")
}

func TestBinariesTakeTurns(t *testing.T) {
	t.Parallel()
	repo := newRepo(t, shop)
	s := newScratch(t)
	b := build(t, s, repo.Root, "infer")
	takesTurns(t, b)
	if !testing.Short() {
		takesTurns(t, relink(t, b, 7))
	}
}

// TestEachSideHasItsOwnGo holds it for releases that the go command has downloaded, and keeps in its cache of modules.
func TestEachSideHasItsOwnGo(t *testing.T) {
	notShort(t)
	t.Setenv("GOTOOLCHAIN", "auto")
	t.Setenv("GOPROXY", "https://proxy.golang.org")
	s := newScratch(t)
	local := build(t, s, newRepo(t, shop).Root, "infer").GoVersion
	for _, release := range []string{"go1.27.0", "go1.27.1"} {
		cmd := exec.Command("go", "version")
		cmd.Env = append(os.Environ(), "GOTOOLCHAIN="+release)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Logf("no %s here: %s", release, out)
			continue
		}
		repo := newRepo(t, strings.Replace(shop, "go 1.26\n", "go 1.26\n\ntoolchain "+release+"\n", 1))
		write(t, repo.Root, "-- go.mod --\nmodule example.com/shop\n\ngo 1.26\n")
		baseline, candidate := build(t, s, newTree(t, s, repo).Dir, "infer"), build(t, s, repo.Root, "infer")
		assert.Equal(t, release, baseline.GoVersion)
		assert.Equal(t, local, candidate.GoVersion)
		takesTurns(t, baseline)
		takesTurns(t, candidate)
		again := build(t, newScratch(t), newTree(t, s, repo).Dir, "infer")
		assert.Equal(t, baseline.SHA256, again.SHA256, "through another link to the same Go")
		takesTurns(t, relink(t, baseline, 7))
		return
	}
	t.Skip("no other release is to be had")
}

func TestGoBeforeBLoopTakesNoTurns(t *testing.T) {
	notShort(t)
	t.Setenv("GOPROXY", "https://proxy.golang.org")
	t.Setenv("GOTOOLCHAIN", "go1.23.12")
	if out, err := exec.Command("go", "version").CombinedOutput(); err != nil {
		t.Skipf("no go1.23.12 here: %s", out)
	}
	repo := newRepo(t, `
-- go.mod --
module example.com/shop

go 1.23
-- infer_test.go --
package infer

import "testing"

func BenchmarkInfer(b *testing.B) {}
`)
	b, err := newScratch(t).Build(t.Context(), repo.Root)
	require.NoError(t, err)
	assert.Equal(t, "go1.23.12", b.GoVersion)
	assert.Contains(t, b.NoTurns, "go1.23.12: the hooks of the duet do not fit this release of Go: 0 methods stopOrScaleBLoop")
	output, err := b.Run(t.Context(), RunOptions{Args: []string{"-test.bench=.", "-test.benchtime=1x"}})
	require.NoError(t, err)
	assert.Contains(t, string(output.Stdout), "BenchmarkInfer")
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}

// useOverlay sets a GOFLAGS with an overlay in the file o.json of a folder.
func useOverlay(t *testing.T, dir string, replace map[string]string) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "o.json"), text, 0o600))
	t.Setenv("GOFLAGS", "-overlay="+filepath.Join(dir, "o.json"))
}

func TestOverlayOfGOFLAGSIsHeeded(t *testing.T) {
	repo := newRepo(t, shop)
	dir := t.TempDir()
	write(t, dir, "-- other.go --\npackage infer\n\nfunc Infer() int { println(\"from the overlay\"); return 1 }\n")
	useOverlay(t, dir, map[string]string{"infer.go": filepath.Join(dir, "other.go")}) // as the go command has it: from where it runs
	b := build(t, newScratch(t), repo.Root, "infer")
	output, err := b.Run(t.Context(), RunOptions{Args: []string{"-test.bench=.", "-test.benchtime=1x"}})
	require.NoError(t, err)
	assert.Contains(t, string(output.Stderr), "from the overlay")
	takesTurns(t, b)
}

// TestOverlayOfGOFLAGSThatHooksCannotStandBeside holds that a package is built all the same.
func TestOverlayOfGOFLAGSThatHooksCannotStandBeside(t *testing.T) {
	notShort(t)
	repo := newRepo(t, shop)
	dir := t.TempDir()
	folder := filepath.Join(goEnv(t, "GOROOT"), "src", "testing")
	text, err := os.ReadFile(filepath.Join(folder, "benchmark.go"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "benchmark.go"), text, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "takes.go"), []byte("package testing\n\nfunc tailgate_takes() {}\n"), 0o600))
	for name, want := range map[string]string{
		"benchmark.go": "two overlays replace the same file: " + filepath.Join(folder, "benchmark.go") + " is replaced by ",
		"takes.go":     "package testing does not build with the hooks of the duet: " + filepath.Join(dir, "takes.go"),
	} {
		useOverlay(t, dir, map[string]string{filepath.Join(folder, name): filepath.Join(dir, name)})
		b, err := newScratch(t).Build(t.Context(), filepath.Join(repo.Root, "infer"))
		require.NoError(t, err)
		assert.Contains(t, b.NoTurns, want)
		relink(t, b, 0)
	}
	t.Setenv("GOFLAGS", "-overlay="+filepath.Join(dir, "none.json"))
	_, err = newScratch(t).Build(t.Context(), filepath.Join(repo.Root, "infer"))
	var broken *BuildError
	require.ErrorAs(t, err, &broken)
	assert.Contains(t, broken.Output, "none.json")
}

func TestPackageWithC(t *testing.T) {
	notShort(t)
	if goEnv(t, "CGO_ENABLED") != "1" {
		t.Skip("no cgo here")
	}
	t.Parallel()
	repo := newRepo(t, `
-- go.mod --
module example.com/shop

go 1.26
-- infer.h --
static int one(void) { return 1; }
-- infer.go --
package infer

// #include "infer.h"
import "C"

func Infer() int { return int(C.one()) }
-- infer_test.go --
package infer

import "testing"

func BenchmarkInfer(b *testing.B) {
	for range b.N {
		Infer()
	}
}
`, "shop")
	s := newScratch(t)
	baseline, candidate := build(t, s, newTree(t, s, repo).Dir), build(t, s, repo.Root)
	assert.Equal(t, baseline.SHA256, candidate.SHA256)
	takesTurns(t, candidate)
}
