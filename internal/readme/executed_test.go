package readme

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// root is the top folder of the repository.
const root = "../.."

// pages are all that people read.
var pages = []string{
	"README.md", "SECURITY.md", "CHANGELOG.md", "TROUBLESHOOTING.md", "workload/serving/deploy/README.md", "docs/README.md",
	"docs/accepted.md", "docs/accuracy-plain.md", "docs/accuracy.md", "docs/anchor.md", "docs/bisect.md", "docs/ci.md", "docs/cost.md",
	"docs/development.md", "docs/field.md", "docs/history.md", "docs/measuring.md", "docs/memory.md", "docs/module.md",
	"docs/noise.md", "docs/policy.md", "docs/releases.md", "docs/replies.md", "docs/report.md", "docs/servers.md",
	"docs/serving.md", "docs/sharding.md", "docs/turns.md", "docs/why.md",
}

// executed says of every block which test executes it. The block is the one of its page and kind that has the text; the test's file
// finds it by the same.
var executed = []struct{ page, kind, has, by string }{
	{"README.md", "go", `regress.Check(t, regress.Gate{Packages: []string{"./infer"}})`,
		"internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"README.md", "sh", "go test -short ./...", "internal/readme.TestTheTwoCommandsAreThoseOfCI"},
	{"docs/report.md", "console", "$ go test -v ./regress\n", "internal/readme.TestWhatIsPrintedIsWhatTheCodePrints"},
	{"README.md", "console", "$ go test -v ./regress -regress.inject=50%\n", "internal/readme.TestWhatIsPrintedIsWhatTheCodePrints"},
	{"docs/report.md", "console", "-regress.expect=regressed", "internal/readme.TestWhatIsPrintedIsWhatTheCodePrints"},
	{"docs/measuring.md", "", "neighbour", "internal/readme.TestTheIdeaIsThePlan"},
	{"docs/why.md", "", "-diff_base=profiles/", "internal/readme.TestWhatIsPrintedIsWhatTheCodePrints"},
	{"README.md", "json", `"version": 1`, "policy.TestThePoliciesOfTheReadmeLoad"},
	{"docs/policy.md", "json", `"end_to_end_ms"`, "policy.TestThePoliciesOfTheReadmeLoad"},
	{"README.md", "sh", "-baseline=v1.3.0 -bench=Wait", "internal/adoption.TestReadmeForALibrary"},
	{"README.md", "", "module example.com/shop/perf", "internal/adoption.TestReadmeForALibrary"},
	{"README.md", "go", "package perf", "internal/adoption.TestReadmeForALibrary"},
	{"README.md", "sh", "go -C perf ", "internal/adoption.TestReadmeForALibrary"},
	{"docs/module.md", "sh", "go get ", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"docs/module.md", "go", "func BenchmarkChat", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"docs/module.md", "go", "func TestGateDetects", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"docs/module.md", "sh", "-regress.baseline=v1.4.0", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"docs/module.md", "go", "func TestMain", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"docs/module.md", "sh", "-regress.baseline=none", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"README.md", "yaml", ".github/workflows/gate.yml", "internal/ci.TestReadmeOnGitHub"},
	{"README.md", "sh", "serving/standin@latest", "internal/readme.TestFromAServerToAVerdict"},
	{"docs/ci.md", "yaml", ".gitlab-ci.yml", "internal/ci.TestReadmeOnGitLab"},
	{"docs/ci.md", "make", "Makefile", "internal/ci.TestReadmeWithMake"},
	{"docs/sharding.md", "sh", "-regress.shard=1/2", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"docs/sharding.md", "go", "func TestMerge", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"docs/serving.md", "go", "serving.OpenScenario", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"docs/serving.md", "sh", "case=.*-small", "internal/readme.TestServingCommands"},
	{"docs/serving.md", "sh", "-regress.baseline=http://", "internal/readme.TestServingCommands"},
	{"docs/serving.md", "", "achieved-req/s", "internal/readme.TestServingCommands"},
	{"docs/serving.md", "", "metric     p50 of ttft (p50-ttft-ns)", "internal/readme.TestWhatIsPrintedIsWhatTheCodePrints"},
	{"docs/serving.md", "", "max-rate-req/s", "internal/readme.TestWhatIsPrintedIsWhatTheCodePrints"},
	{"docs/anchor.md", "console", "-regress.anchor=latest-tag", "internal/adoption.TestTheSessionOfTheAnchorPage"},
	{"docs/anchor.md", "json", `"on_drifted": "fail"`, "policy.TestThePolicyOfTheAnchorPageLoads"},
	{"docs/accepted.md", "", "Perf-Accept: Chat", "policy.TestTheTrailersOfTheDocsAreRead"},
	{"docs/accepted.md", "sh", "git commit -q --amend", "internal/adoption.TestDocsOfAccepted"},
	{"docs/bisect.md", "go", "func TestBisect(", "internal/adoption.TestBisectPage"},
	{"docs/bisect.md", "sh", "-regress.good=v1.2.0", "internal/adoption.TestBisectPage"},
	{"docs/bisect.md", "sh", "git bisect run", "internal/adoption.TestBisectPage"},
	{"docs/field.md", "sh", "-field.results", "internal/field.TestTheCommandsOfThePages"},
	{"docs/field.md", "sh", "-field.replaygo", "internal/field.TestTheCommandsOfThePages"},
	{"docs/noise.md", "sh", "-recordplain", "internal/field.TestTheCommandsOfThePages"},
	{"docs/noise.md", "sh", "TestGateKeepsItsPromises", "internal/field.TestTheCommandsOfThePages"},
	{"docs/replies.md", "json", `"name": "system-prompts"`, "workload/serving.TestTheScenarioOfThePageLoads"},
	{"docs/memory.md", "json", `"peak-rss-B"`, "internal/adoption.TestThePolicyOfThePageOnMemoryIsTheScripts"},
	{"docs/history.md", "sh", "-regress.history=../history", "internal/adoption.TestHistoryOfAModule"},
	{"docs/servers.md", "sh", "serving/standin@latest", "internal/readme.TestFromAServerToAVerdict"},
	{"docs/servers.md", "sh", "-baseline=none -candidate=", "internal/readme.TestFromAServerToAVerdict"},
	{"docs/servers.md", "json", "errors-percent", "internal/readme.TestTheRuleOnErrorsLoads"},
	{"docs/servers.md", "sh", "#!/bin/sh", "internal/readme.TestServersAreStartedAnewAsThePageSays"},
	{"docs/servers.md", "sh", "go test", "internal/readme.TestServersAreStartedAnewAsThePageSays"},
	{"workload/serving/deploy/README.md", "", "go test -c -o load", "internal/readme.TestLoadGeneratorsCommands"},
	{"workload/serving/deploy/README.md", "", "sh load.sh", "internal/readme.TestLoadGeneratorsCommands"},
	{"workload/serving/deploy/README.md", "sh", "sh load.sh", "internal/readme.TestTwoMergedLoadsAreCompared"},
	{"workload/serving/deploy/README.md", "sh", "# load.sh\n", "internal/readme.TestTwoMergedLoadsAreCompared"},
	{"workload/serving/deploy/README.md", "sh", "kubectl get crd", "internal/readme.TestAPartialApplyIsNoSuccess"},
	{"workload/serving/deploy/README.md", "yaml", "# manifests/mine/servers/kustomization.yaml",
		"workload/serving/deploy/manifests.TestTheReadmesFoldersBuild"},
	{"workload/serving/deploy/README.md", "yaml", "# manifests/mine/load/kustomization.yaml",
		"workload/serving/deploy/manifests.TestTheReadmesFoldersBuild"},
}

// unexecuted are blocks that nothing can execute, and why.
var unexecuted = []struct{ page, has, why string }{
	{"workload/serving/deploy/README.md", "CPU of n shards", "a formula; what BenchmarkShards measures of it stands below"},
}

// A block that no row claims is an error, and so is a row whose block or test is gone: no block can be added that nothing executes.
func TestEveryBlockIsExecuted(t *testing.T) {
	claims := map[string]map[int][]string{}
	for _, name := range pages {
		claims[name] = map[int][]string{}
	}
	for _, c := range executed {
		b, err := read(t, c.page).Block(c.kind, c.has)
		if assert.NoError(t, err) {
			claims[c.page][b.Line] = append(claims[c.page][b.Line], c.by)
			finds(t, c.by, c.has)
		}
	}
	for _, c := range unexecuted {
		b, err := read(t, c.page).Block("", c.has)
		if assert.NoError(t, err) {
			claims[c.page][b.Line] = append(claims[c.page][b.Line], c.why)
		}
	}
	for _, name := range pages {
		for _, b := range read(t, name).Blocks {
			assert.Len(t, claims[name][b.Line], 1,
				"%s:%d: the block of kind %q is executed by %v: let one test execute it, and add it to executed",
				name, b.Line, b.Kind, claims[name][b.Line])
		}
	}
}

// finds asserts that there is a test of that name, and that its file has the text in one of its own.
func finds(t *testing.T, by, text string) {
	t.Helper()
	folder, name, ok := strings.Cut(by, ".")
	require.True(t, ok, by)
	for _, f := range parsed(t, folder) {
		if f.Scope.Lookup(name) == nil {
			continue
		}
		found := false
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, err := strconv.Unquote(lit.Value)
				found = found || err == nil && strings.Contains(s, text)
			}
			return !found
		})
		assert.True(t, found, "the file of %s does not look for the block with %q", by, text)
		return
	}
	assert.Fail(t, "there is no test "+by)
}

// parsed are the test files of a folder.
func parsed(t *testing.T, folder string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	require.NoError(t, err)
	require.NotEmpty(t, names, folder)
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		files = append(files, f)
	}
	return files
}

func read(t *testing.T, name string) Page {
	t.Helper()
	p, err := Read(root, name)
	require.NoError(t, err)
	return p
}
