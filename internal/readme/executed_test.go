package readme

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// root is the top folder of the repository.
const root = "../.."

// pages are all that people read.
var pages = []string{"README.md", "SECURITY.md", "CHANGELOG.md", "TROUBLESHOOTING.md", "workload/serving/deploy/README.md"}

// executed says of every block which test executes it. The block is the one of its page and kind that has the text; the test's file
// finds it by the same.
var executed = []struct{ page, kind, has, by string }{
	{"README.md", "go", `regress.Check(t, regress.Gate{Packages: []string{"./infer"}})`,
		"internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"README.md", "sh", "go test -short ./...", "internal/readme.TestTheTwoCommandsAreThoseOfCI"},
	{"README.md", "console", "$ go test -v ./regress\n", "internal/readme.TestWhatIsPrintedIsWhatTheCodePrints"},
	{"README.md", "console", "$ go test -v ./regress -regress.inject=50%\n", "internal/readme.TestWhatIsPrintedIsWhatTheCodePrints"},
	{"README.md", "console", "-regress.expect=regressed", "internal/readme.TestWhatIsPrintedIsWhatTheCodePrints"},
	{"README.md", "", "neighbour", "internal/readme.TestTheIdeaIsThePlan"},
	{"README.md", "", "-diff_base=profiles/", "internal/readme.TestWhatIsPrintedIsWhatTheCodePrints"},
	{"README.md", "json", `"version": 1`, "policy.TestThePoliciesOfTheReadmeLoad"},
	{"README.md", "json", `"end_to_end_ms"`, "policy.TestThePoliciesOfTheReadmeLoad"},
	{"README.md", "sh", "go get ", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"README.md", "go", "func BenchmarkChat", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"README.md", "go", "func TestGateDetects", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"README.md", "sh", "-regress.baseline=v1.4.0", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"README.md", "go", "func TestMain", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"README.md", "sh", "-regress.baseline=none", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"README.md", "yaml", ".github/workflows/gate.yml", "internal/ci.TestReadmeOnGitHub"},
	{"README.md", "yaml", ".gitlab-ci.yml", "internal/ci.TestReadmeOnGitLab"},
	{"README.md", "make", "Makefile", "internal/ci.TestReadmeWithMake"},
	{"README.md", "sh", "-regress.shard=1/2", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"README.md", "go", "func TestMerge", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"README.md", "go", "serving.OpenScenario", "internal/adoption.TestReadmeInAModuleOfYourOwn"},
	{"README.md", "sh", "-regress.baseline=http://", "internal/readme.TestServingCommands"},
	{"README.md", "", "achieved-req/s", "internal/readme.TestServingCommands"},
	{"README.md", "", "metric     p50 of ttft (p50-ttft-ns)", "internal/readme.TestWhatIsPrintedIsWhatTheCodePrints"},
	{"README.md", "", "max-rate-req/s", "internal/readme.TestWhatIsPrintedIsWhatTheCodePrints"},
	{"workload/serving/deploy/README.md", "", "go test -c -o load", "internal/readme.TestLoadGeneratorsCommands"},
	{"workload/serving/deploy/README.md", "", "kubectl logs", "internal/readme.TestLoadGeneratorsCommands"},
	{"workload/serving/deploy/README.md", "yaml", "# manifests/mine/kustomization.yaml",
		"workload/serving/deploy/manifests.TestTheReadmesFolderBuilds"},
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

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	seen := 0
	for _, name := range pages {
		for _, link := range read(t, name).Links() {
			if strings.Contains(link, "://") {
				continue
			}
			seen++
			file, anchor, _ := strings.Cut(link, "#")
			if file == "" {
				assert.Contains(t, headings(read(t, name)), anchor, "%s has no such heading", name)
				continue
			}
			_, err := os.Stat(filepath.Join(root, filepath.Dir(name), file))
			assert.NoError(t, err, "%s links to %s", name, link)
		}
	}
	assert.Greater(t, seen, 10, "no links were found to check")
}

// headings are a page's, as GitHub makes anchors of them.
func headings(p Page) (anchors []string) {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(p.Prose, -1) {
		anchors = append(anchors, strings.ReplaceAll(strings.ToLower(m[1]), " ", "-"))
	}
	return anchors
}

func read(t *testing.T, name string) Page {
	t.Helper()
	p, err := Read(root, name)
	require.NoError(t, err)
	return p
}
