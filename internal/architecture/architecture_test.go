// Package architecture holds the house to its plan: which package may import which.
package architecture

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/tailgate-go/tailgate"

// arrows are the imports inside the module that each package may have, its tests aside. A package that is not named here may not
// exist: add it with its arrows.
var arrows = map[string][]string{
	"regress": {
		"policy", "internal/benchdata", "internal/bisect", "internal/bounded", "internal/duet", "internal/history", "internal/judge",
		"internal/measure", "internal/output", "internal/part", "internal/progress", "internal/report", "internal/saved",
		"internal/shards", "internal/source", "internal/testbin",
	},
	"regress/tailgate": {"internal/duet", "policy", "regress", "workload/serving", "workload/serving/dataset"}, // a command
	"policy":           {"internal/stats", "internal/strictjson"},
	"workload":         {"internal/duet", "internal/latency", "internal/pace", "internal/part", "internal/stats"},
	"workload/serving": {
		"internal/bounded", "internal/latency", "internal/openai", "internal/ratename", "internal/replied", "internal/saturation",
		"internal/sse", "internal/strictjson", "internal/wholefile", "workload", "workload/serving/dataset",
	},
	"workload/serving/standin":            {"internal/testbed/standin", "workload/serving"}, // a command
	"workload/serving/deploy":             nil,                                              // a test binary
	"workload/serving/dataset":            nil,
	"workload/serving/dataset/synthesize": {"workload/serving/dataset"}, // a command
	"workload/serving/dataset/tiktoken":   {"workload/serving/dataset"},
	"internal/report":                     {"internal/few", "internal/part", "internal/ratename", "policy"},
	"internal/benchdata":                  {"internal/ratename", "policy"},
	"internal/bisect":                     {"internal/report", "internal/testbin", "policy"},
	"internal/bounded":                    nil,
	"internal/replied":                    nil,
	"internal/duet":                       nil,
	"internal/evidence":                   {"internal/benchdata", "internal/judge", "internal/report", "policy"},
	"internal/history": {
		"internal/bounded", "internal/report", "internal/stats", "internal/strictjson", "internal/wholefile", "policy",
	},
	"internal/judge": {"internal/few", "internal/stats", "policy"},
	"internal/measure": {
		"policy", "internal/benchdata", "internal/duet", "internal/evidence", "internal/few", "internal/growth", "internal/judge",
		"internal/latency", "internal/output", "internal/part", "internal/progress", "internal/report", "internal/samecode",
		"internal/shards", "internal/source", "internal/stats", "internal/testbin", "internal/testsource",
	},
	"internal/latency": {"internal/stats"}, // what a Recorder reports are the judge's quantiles
	"internal/overlay": {"internal/duet"},
	"internal/output":  {"internal/benchdata", "internal/report", "internal/wholefile"},
	"internal/saved": {
		"internal/benchdata", "internal/bounded", "internal/evidence", "internal/few", "internal/judge", "internal/report", "policy",
	},
	"internal/shards": {
		"internal/benchdata", "internal/bounded", "internal/evidence", "internal/few", "internal/judge", "internal/output",
		"internal/part", "internal/report", "internal/strictjson", "policy",
	},
	"internal/samecode":       nil,
	"internal/source":         {"internal/bounded", "internal/few", "internal/report", "internal/testbin", "policy"},
	"internal/sse":            nil,
	"internal/stats":          nil,
	"internal/strictjson":     nil,
	"internal/wholefile":      nil,
	"internal/testbin":        {"internal/overlay"},
	"internal/testsource":     {"internal/bounded"},
	"internal/testbed/engine": {"internal/testbed/kernel", "internal/pace"},
	"internal/fleet": {
		"internal/latency", "internal/part", "internal/replied", "internal/saturation", "internal/strictjson",
	},
	"internal/few":               nil,
	"internal/part":              nil,
	"internal/saturation":        {"workload"},
	"internal/ratename":          nil,
	"internal/growth":            nil,
	"internal/testbed/instant":   nil, // a server for tests
	"internal/testbed/kernel":    nil,
	"internal/testbed/archive":   nil, // results of tests that measure for hours
	"internal/testbed/neighbour": nil, // a busy machine for tests
	"internal/modtest":           nil,
	"internal/openai":            nil,
	"internal/testbed/server":    {"internal/testbed/engine", "internal/openai", "internal/testbed/tokens"},
	"internal/testbed/gateway":   {"internal/openai"},
	"internal/testbed/stack":     {"internal/testbed/engine", "internal/testbed/gateway", "internal/testbed/server"},
	"internal/testbed/standin": {
		"internal/testbed/engine", "internal/testbed/gateway", "internal/testbed/kernel", "internal/testbed/stack", "workload/serving",
	},
	"internal/testbed/tokens": nil,
	"internal/pace":           nil,
	"internal/progress":       {"internal/report"},
	"internal/readme":         nil, // for tests that execute pages
}

// TestEveryRoomStandsInTheDocs holds that the table of packages names each internal package; the testbed has one line.
func TestEveryRoomStandsInTheDocs(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs/development.md"))
	require.NoError(t, err)
	_, table, found := strings.Cut(string(page), "| package | what is in it |")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n\n")
	for name := range arrows {
		if strings.HasPrefix(name, "internal/") && !strings.HasPrefix(name, "internal/testbed/") {
			assert.Contains(t, table, "`"+name+"`")
		}
	}
}

// adopted are what teams import: they must not pay for the tensor stack (about 70 packages).
var adopted = []string{"workload", "workload/serving", "workload/serving/dataset", "policy", "regress"}

// borrowed are the modules that come with regress and workload: each is a line in an adopter's go.mod.
var borrowed = []string{
	"github.com/HdrHistogram/hdrhistogram-go", // whose histograms a Recorder's results are
	"github.com/aclements/go-moremath",        // x/perf's
	"github.com/google/pprof",                 // what profiles are read with
	"golang.org/x/perf",                       // benchstat's results, units and statistics
	"golang.org/x/sys",                        // CPUs, pipes and terminals
}

func TestWhatAdoptersBorrow(t *testing.T) {
	packages := list(t)
	used := map[string]bool{}
	for _, name := range []string{"policy", "regress", "workload"} {
		for _, path := range packages[name].Deps {
			host, _, _ := strings.Cut(path, "/")
			if !strings.Contains(host, ".") || strings.HasPrefix(path, module+"/") { // the library's, and our own
				continue
			}
			at := slices.IndexFunc(borrowed, func(of string) bool { return strings.HasPrefix(path+"/", of+"/") })
			if assert.GreaterOrEqual(t, at, 0, "%s depends on %s: if that is worth a line in every adopter's go.mod, add it to borrowed",
				name, path) {
				used[borrowed[at]] = true
			}
		}
	}
	assert.Len(t, used, len(borrowed), "not all are used")
}

// impure are packages that would give a policy, or who judges by it, a clock, a file, a flag or a voice.
var impure = []string{"testing", "os", "flag", "log", "log/slog", "os/exec", "net", "net/http"}

type pkg struct {
	ImportPath, Dir        string
	GoFiles, Imports, Deps []string
	sources                []string // of GoFiles
}

func list(t *testing.T) map[string]pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,Deps", module+"/...")
	out, err := cmd.Output()
	require.NoError(t, err)
	packages := map[string]pkg{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		for _, name := range p.GoFiles { // opened here, so that the test cache sees a change
			source, err := os.ReadFile(filepath.Join(p.Dir, name))
			require.NoError(t, err)
			p.sources = append(p.sources, string(source))
		}
		packages[strings.TrimPrefix(p.ImportPath, module+"/")] = p
	}
}

// tests are packages of nothing but tests.
var tests = []string{"internal/adoption", "internal/architecture", "internal/ci", "internal/field"}

func TestArrowsPointOneWay(t *testing.T) {
	seen := 0
	for name, p := range list(t) {
		allowed, planned := arrows[name]
		if slices.Contains(tests, name) {
			continue
		}
		assert.True(t, planned, "%s is not in the plan: add it to arrows", name)
		for _, imported := range p.Imports {
			if inside, ok := strings.CutPrefix(imported, module+"/"); ok {
				seen++
				assert.Contains(t, allowed, inside, "%s must not import %s", name, inside)
			}
		}
	}
	assert.Greater(t, seen, 5, "no arrows were found to check")
}

func TestAdoptersDoNotPayForTheStack(t *testing.T) {
	packages := list(t)
	for prefix, user := range map[string]string{
		// Each user shows that the check sees something.
		"gorgonia.org/":           "internal/testbed/kernel",
		"github.com/prometheus/":  "internal/testbed/server",
		"github.com/tiktoken-go/": "workload/serving/dataset/tiktoken",
	} {
		heavy := func(path string) bool { return strings.HasPrefix(path, prefix) }
		for _, name := range adopted {
			assert.False(t, slices.ContainsFunc(packages[name].Deps, heavy), "%s depends on %s", name, prefix)
		}
		require.True(t, slices.ContainsFunc(packages[user].Deps, heavy), "the check sees nothing of %s", prefix)
	}
	for name, p := range packages {
		assert.False(t, slices.ContainsFunc(p.Deps, func(path string) bool { return strings.HasPrefix(path, "github.com/openai/") }),
			"%s depends on OpenAI's client, which is for tests", name)
	}
}

func TestPolicyJudgeAndEvidenceArePure(t *testing.T) {
	packages := list(t)
	for _, name := range []string{"policy", "internal/judge", "internal/evidence"} {
		p := packages[name]
		require.NotEmpty(t, p.Imports, name)
		for _, path := range impure {
			assert.NotContains(t, p.Imports, path, name)
		}
		for i, source := range p.sources {
			assert.NotContains(t, source, "time.Now", "%s/%s", name, p.GoFiles[i])
		}
	}
}

// TestMeasuringReadsNoSettings holds that what measures, merges and judges is told all by package regress.
func TestMeasuringReadsNoSettings(t *testing.T) {
	packages := list(t)
	for _, name := range []string{
		"internal/evidence", "internal/judge", "internal/measure", "internal/output", "internal/saved", "internal/shards",
		"internal/source",
	} {
		p := packages[name]
		require.NotEmpty(t, p.sources, name)
		for i, source := range p.sources {
			for _, reads := range []string{"os.Getenv", "os.LookupEnv", "os.Environ"} {
				assert.NotContains(t, source, reads, "%s/%s", name, p.GoFiles[i])
			}
		}
	}
}

// TestSettingsAreReadInOnePlace holds that a Gate whose methods are called without a test heeds no environment: what regress reads
// of it goes through what settings.go says is heeded.
func TestSettingsAreReadInOnePlace(t *testing.T) {
	p := list(t)["regress"]
	for i, source := range p.sources {
		assert.Equal(t, p.GoFiles[i] == "settings.go", strings.Contains(source, "os.Getenv"), p.GoFiles[i])
	}
}

func TestOnlyRegressRegistersFlags(t *testing.T) {
	for name, p := range list(t) {
		if name != "regress" {
			assert.NotContains(t, p.Imports, "flag", name)
		}
	}
}
