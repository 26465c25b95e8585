package samecode_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/samecode"
)

// copied has archives of its own, of equal content, for all that is not of the toolchain.
func copied(tb testing.TB, packages []samecode.Package) []samecode.Package {
	tb.Helper()
	dir := tb.TempDir()
	var copies []samecode.Package
	for i, p := range packages {
		if !p.Standard {
			content, err := os.ReadFile(p.File)
			require.NoError(tb, err)
			p.File = filepath.Join(dir, fmt.Sprintf("%d.a", i))
			require.NoError(tb, os.WriteFile(p.File, content, 0o600))
		}
		copies = append(copies, p)
	}
	return copies
}

// Of the test binary of package testbin: 10 MB, of which a test may run 6,500 functions. (AMD EPYC, 2 shared CPUs, load 5, Go 1.26,
// November 2026: 190 ms, of which 170 CPU time.)
func BenchmarkCompare(b *testing.B) {
	packages := list(b, "../testbin")
	other := copied(b, packages)
	for b.Loop() {
		result, err := compareAll(packages, other, "github.com/tailgate-go/tailgate/internal/testbin", "TestRelinkMovesFunctions")
		require.NoError(b, err)
		require.True(b, result.Same())
		b.ReportMetric(float64(result.Functions), "functions")
	}
}

func FuzzParseArchive(f *testing.F) {
	for _, p := range packagesOf(f, shop) {
		if p.Path == module+"/price" {
			content, err := os.ReadFile(p.File)
			require.NoError(f, err)
			f.Add(content)
			f.Add(content[:len(content)/2])
		}
	}
	f.Add([]byte("!<arch>\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if n, err := samecode.ParseArchive(content); err != nil {
			assert.Zero(t, n)
		}
	})
}

// Whatever a byte of an archive is changed to: no panic, and no more than an error or a result.
func TestDamagedArchives(t *testing.T) {
	packages := packagesOf(t, shop)
	at := -1
	for i, p := range packages {
		if p.Path == module+"/price" {
			at = i
		}
	}
	content, err := os.ReadFile(packages[at].File)
	require.NoError(t, err)
	damaged := append([]samecode.Package(nil), packages...)
	damaged[at].File = filepath.Join(t.TempDir(), "damaged.a")
	same := 0
	for i := 0; i < len(content); i += max(1, len(content)/10) {
		for _, changed := range [][]byte{
			content[:i],
			append(append(append([]byte(nil), content[:i]...), content[i]^0x41), content[i+1:]...),
		} {
			require.NoError(t, os.WriteFile(damaged[at].File, changed, 0o600))
			result, err := compareAll(packages, damaged, module, "BenchmarkShop")
			if err == nil && result.Same() {
				same++ // what the compiler says of lines, and debuggers' tables
			} else if err != nil {
				require.ErrorIs(t, err, samecode.ErrUnknown)
			}
		}
	}
	t.Log(same)
}
