package samecode_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/samecode"
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

// list compiles what the test of the package in dir links. What is compiled anew for the test comes after what it takes the place
// of.
func list(t testing.TB, dir string) []samecode.Package {
	t.Helper()
	cmd := exec.Command("go", "list", "-test", "-deps", "-export", "-trimpath", "-buildvcs=false",
		"-f", `{{if .Export}}{{.ImportPath}}{{"\t"}}{{.Export}}{{"\t"}}{{.Standard}}{{end}}`, ".")
	cmd.Dir = dir
	out, err := cmd.Output()
	require.NoError(t, err)
	var packages []samecode.Package
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		path, _, _ := strings.Cut(fields[0], " ") // "example.com/m [example.com/m.test]"
		if strings.HasSuffix(path, ".test") {
			path = "main"
		}
		packages = slices.DeleteFunc(packages, func(p samecode.Package) bool { return p.Path == path })
		packages = append(packages, samecode.Package{Path: path, File: fields[1], Standard: fields[2] == "true"})
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
