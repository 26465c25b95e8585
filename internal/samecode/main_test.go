package samecode_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/samecode"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

func TestMain(m *testing.M) {
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		panic(err)
	}
	caches := strings.Fields(string(out))
	for name, value := range map[string]string{
		"GOCACHE": caches[0], "GOMODCACHE": caches[1], "GOENV": "off", "GOFLAGS": "", "GOWORK": "off",
		"GOPROXY": "off", "GOTOOLCHAIN": toolchain(),
	} {
		os.Setenv(name, value)
	}
	os.Exit(m.Run())
}

// packagesOf compiles the test of a module, of a txtar archive laid over another's files; a file of the last wins.
func packagesOf(t testing.TB, archives ...string) []samecode.Package {
	t.Helper()
	dir := t.TempDir()
	for _, archive := range archives {
		for _, file := range txtar.Parse([]byte(archive)).Files {
			path := filepath.Join(dir, filepath.FromSlash(file.Name))
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			require.NoError(t, os.WriteFile(path, file.Data, 0o644))
		}
	}
	return list(t, dir)
}

func list(t testing.TB, dir string) []samecode.Package {
	t.Helper()
	archives, err := testbin.Archives(t.Context(), dir)
	require.NoError(t, err)
	var packages []samecode.Package
	for _, a := range archives {
		packages = append(packages, samecode.Package{Path: a.ImportPath, File: a.File, Standard: a.Standard})
	}
	return packages
}

// toolchain is that of the environment, for trying others: GOTOOLCHAIN=go1.24.11 go test.
func toolchain() string {
	if toolchain := os.Getenv("GOTOOLCHAIN"); toolchain != "" && toolchain != "auto" {
		return toolchain
	}
	return "local"
}
