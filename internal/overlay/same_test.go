//go:build unix && !aix && !solaris

package overlay

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEqualSourceGivesEqualBinaries holds that no path of an overlay, or of a link to a GOROOT, is in a binary.
func TestEqualSourceGivesEqualBinaries(t *testing.T) {
	each(t, func(t *testing.T, r release) {
		first, err := os.ReadFile(r.test(t, bench(t), true))
		require.NoError(t, err)
		again := release{filepath.Join(t.TempDir(), "another", "link", "to", "go")}
		require.NoError(t, os.MkdirAll(filepath.Dir(again.goroot), 0o700))
		require.NoError(t, os.Symlink(r.goroot, again.goroot))
		if !testing.Short() { // not from the cache of the go command, which has it without looking at paths
			t.Setenv("GOCACHE", t.TempDir())
		}
		second, err := os.ReadFile(again.test(t, bench(t), true))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(first, second), "two builds of the same source differ")
		assert.False(t, bytes.Contains(second, []byte(filepath.Dir(again.goroot))), "a binary tells where it was built")
		assert.True(t, bytes.Contains(second, []byte("testing.tailgate_takes")), "no hook was found")
	})
}

// TestWithoutADuet holds that a binary which nobody invites prints what it always does.
func TestWithoutADuet(t *testing.T) {
	r := have(t, "local")
	dir := bench(t)
	for _, hooked := range []bool{false, true} {
		binary := r.test(t, dir, hooked)
		for _, c := range []struct{ name, benchtime, want string }{
			{"BenchmarkLoop", "200x", `200\s.* ns/op\s.* MB/s\s+200\.0 n\s+1\.000 setups`},
			{"BenchmarkLoop", "10ms", `[1-9]\d{2,}\s.* ns/op\s.* 1\.000 setups`},
			{"BenchmarkCount", "200x", `200\s.* ns/op\s.* MB/s\s+200\.0 n\s+2\.000 setups`},
			{"BenchmarkCount", "10ms", `[1-9]\d{2,}\s.* ns/op\s.* setups`},
		} {
			out, err := exec.Command(binary,
				"-test.run=^$", "-test.bench=^"+c.name+"$", "-test.benchtime="+c.benchtime, "-test.benchmem").CombinedOutput()
			require.NoError(t, err, "%s", out)
			want := `(?m)^` + c.name + `(-\d+)?\s+` + c.want + `\s+1\d\d B/op\s+2 allocs/op$`
			assert.Regexp(t, want, string(out), "hooked: %v", hooked)
		}
	}
}

// TestWhatPanicsDoesNotEndWell holds that a process in which a benchmark panics fails, whoever ends it.
func TestWhatPanicsDoesNotEndWell(t *testing.T) {
	binary := have(t, "local").test(t, bench(t), true)
	for _, name := range []string{
		"BenchmarkPanicsSlowly", "BenchmarkPanicsSlowlyAtLast", "BenchmarkPanicsSlowlyOnceSkipped", "BenchmarkPanicsSlowlyInTen",
	} {
		out, err := exec.Command(binary, "-test.run=^$", "-test.bench=^"+name+"$", "-test.benchtime=10x").CombinedOutput()
		require.Error(t, err, "%s", out)
		assert.NotContains(t, string(out), "PASS")
	}
}

// TestAnInvitationThatIsNone holds that no benchmark runs as if it had not been invited.
func TestAnInvitationThatIsNone(t *testing.T) {
	binary := have(t, "local").test(t, bench(t), true)
	for _, value := range []string{"1", "1 3 4", "1 x 4 BenchmarkLoop", "1 0 1 BenchmarkLoop", "1 77 78 BenchmarkLoop"} {
		for _, name := range []string{"BenchmarkLoop", "BenchmarkCount", "BenchmarkParallel"} {
			cmd := exec.Command(binary, "-test.run=^$", "-test.bench=^"+name+"$")
			cmd.Env = append(os.Environ(), "TAILGATE_PLAIN="+value)
			out, err := cmd.CombinedOutput()
			require.Error(t, err, "%s", out)
			assert.Contains(t, string(out), "tailgate: environment variable TAILGATE_PLAIN=", name)
		}
	}
}
