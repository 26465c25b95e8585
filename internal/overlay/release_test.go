package overlay

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// releases are those that the hooks must fit, besides the one that runs the tests.
var releases = []string{"go1.24.11", "go1.25.5", "go1.26.8", "go1.27.0"}

// release is a Go that builds.
type release struct{ goroot string }

// each runs f with the Go that runs this test, and unless -short with every release that can be had.
func each(t *testing.T, f func(t *testing.T, r release)) {
	t.Run("local", func(t *testing.T) { f(t, have(t, "local")) })
	for _, name := range releases {
		if name == runtime.Version() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if testing.Short() {
				t.Skip("-short: with the local Go only")
			}
			f(t, have(t, name))
		})
	}
}

// have finds a release, and downloads it if need be. In the module cache it gets a link outside, since no overlay may replace files
// in there.
func have(t testing.TB, name string) release {
	cmd := exec.CommandContext(t.Context(), "go", "env", "GOROOT", "GOMODCACHE")
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN="+name)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Skipf("no %s here: %v\n%s", name, err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n") // after what it says of a download
	goroot, modules := lines[len(lines)-2], lines[len(lines)-1]
	if strings.HasPrefix(goroot, modules+string(filepath.Separator)) {
		link := filepath.Join(t.TempDir(), "go")
		require.NoError(t, os.Symlink(goroot, link))
		goroot = link
	}
	return release{goroot}
}

// test is `go test -c` in dir, with an overlay in a folder of its own or without any, and the path of what it built.
func (r release) test(t testing.TB, dir string, hooked bool, more ...string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "x.test")
	args := []string{"test", "-c", "-trimpath", "-vet=off", "-buildvcs=false", "-o", binary}
	if hooked {
		path, err := Write(t.TempDir(), r.goroot, nil)
		require.NoError(t, err)
		args = append(args, "-overlay="+path)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(r.goroot, "bin", "go"), append(append(args, more...), ".")...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOROOT="+r.goroot, "GOTOOLCHAIN=local", "GOFLAGS=", "PWD="+dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}

// bench is the folder of the benchmarks, in a copy.
func bench(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "bench"))))
	return dir
}
