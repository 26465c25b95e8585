package readme

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/stats"
)

// binary is what the test binary of a package says of itself.
type binary struct {
	names []string        // its tests, benchmarks and fuzz targets
	flags map[string]bool // whether each takes a value; those of testing without "test."
}

// binaries builds each package's once.
type binaries map[string]binary

var flagLine = regexp.MustCompile(`(?m)^  -(?:test\.)?(\S+)(?: (\S+))?$`)

// of builds the test binary of a package, in the folder of its module.
func (all binaries) of(t *testing.T, folder, pkg string) binary {
	t.Helper()
	if b, ok := all[folder+pkg]; ok {
		return b
	}
	file := filepath.Join(t.TempDir(), "test")
	build := exec.Command("go", "test", "-c", "-o", file, pkg)
	build.Dir = filepath.Join(root, folder)
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s: %s", pkg, out)
	in := filepath.Join(root, folder, pkg)
	list := exec.Command(file, "-test.list", ".")
	list.Dir = in
	out, err = list.CombinedOutput()
	require.NoError(t, err, "%s: %s", pkg, out)
	b := binary{names: strings.Fields(string(out)), flags: map[string]bool{}}
	help := exec.Command(file, "-h")
	help.Dir = in
	out, _ = help.CombinedOutput() // its exit code is 2, or not
	for _, m := range flagLine.FindAllStringSubmatch(string(out), -1) {
		b.flags[m[1]] = m[2] != ""
	}
	require.Contains(t, b.flags, "bench", "%s: %s", pkg, out)
	all[folder+pkg] = b
	return b
}

// ofGo are flags of the go command, not of test binaries, and whether they take a value.
var ofGo = map[string]bool{"c": false, "o": true, "race": false, "cover": false, "tags": true, "json": false}

var (
	inFolder = regexp.MustCompile(`^cd (\S+) && `)
	word     = regexp.MustCompile(`(?:'[^']*'|[^\s'])+`)
	ours     = regexp.MustCompile(`^(?:\.|\./(?:regress|policy|workload|internal)(?:/\S*)?)$`)
)

// resolve returns what the command names and is not there: its package, its flags, and a test or a benchmark for each of its
// patterns.
func (all binaries) resolve(t *testing.T, text string) (missing []string) {
	t.Helper()
	folder, command := "", text
	if m := inFolder.FindStringSubmatch(command); m != nil {
		folder, command = m[1], strings.TrimPrefix(command, m[0])
	}
	words := word.FindAllString(command, -1)
	require.Equal(t, []string{"go", "test"}, words[:2], text)
	at := slices.IndexFunc(words, ours.MatchString)
	if at < 0 {
		at = len(words)
		words = append(words, ".")
	}
	b := all.of(t, folder, words[at])
	for i := 2; i < len(words); i++ {
		name, isFlag := strings.CutPrefix(words[i], "-")
		if !isFlag {
			if i != at {
				missing = append(missing, words[i])
			}
			continue
		}
		name, value, joined := strings.Cut(name, "=")
		takes, known := b.flags[name]
		if !known {
			takes, known = ofGo[name]
		}
		if !known {
			return append(missing, "-"+name)
		}
		if takes && !joined {
			if i++; i == len(words) {
				return append(missing, "a value of -"+name)
			}
			value = words[i]
		}
		if pattern := strings.Trim(value, "'"); pattern != "^$" && (name == "run" || name == "bench") {
			kind := regexp.MustCompile(map[string]string{"run": "^(Test|Fuzz|Example)", "bench": "^Benchmark"}[name])
			first := regexp.MustCompile(topLevel(pattern))
			if !slices.ContainsFunc(b.names, func(s string) bool { return kind.MatchString(s) && first.MatchString(s) }) {
				missing = append(missing, "-"+name+" "+pattern)
			}
		}
	}
	return missing
}

// topLevel is the part of a pattern that is about whole benchmarks: what comes before the first slash that stands in no group.
func topLevel(pattern string) string {
	depth := 0
	for i, r := range pattern {
		switch r {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case '/':
			if depth == 0 {
				return pattern[:i]
			}
		}
	}
	return pattern
}

// goTests are the commands of all pages, in blocks and in prose, that test packages of this repository.
func goTests(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, name := range pages {
		p := read(t, name)
		texts := p.Code()
		for _, b := range p.Blocks {
			if b.Kind == "sh" || b.Kind == "console" || b.Kind == "" {
				for _, c := range b.Commands() {
					texts = append(texts, c.Line)
				}
			}
		}
		for _, text := range texts {
			_, command, isCD := strings.Cut(text, " && ")
			if !isCD {
				command = text
			}
			words := strings.Fields(command)
			if strings.HasPrefix(command, "go test ") && (inFolder.MatchString(text) && isCD ||
				slices.ContainsFunc(words, func(w string) bool { return w != "." && ours.MatchString(w) })) {
				found = append(found, text)
			}
		}
	}
	return found
}

func TestEveryCommandNamesWhatIsThere(t *testing.T) {
	if testing.Short() {
		t.Skip("builds test binaries")
	}
	all := binaries{}
	commands := goTests(t)
	require.Greater(t, len(commands), 15, "no commands were found to check")
	for _, command := range commands {
		assert.Empty(t, all.resolve(t, command), "%s names what is not there", command)
	}

	all.of(t, "", "./workload/serving/deploy") // its page types commands in its folder
	help := exec.Command("go", "run", "./regress/tailgate", "-h")
	help.Dir = root
	out, _ := help.CombinedOutput()
	ofCommand := flagLine.FindAllStringSubmatch(string(out), -1)
	require.NotEmpty(t, ofCommand, "%s", out)
	known := func(name string) bool {
		for _, b := range all {
			if _, ok := b.flags[name]; ok {
				return true
			}
		}
		_, ok := ofGo[name]
		return ok || slices.ContainsFunc(ofCommand, func(m []string) bool { return m[1] == name })
	}
	aFlag := regexp.MustCompile(`^-([a-z][\w.-]*)`)
	for _, name := range pages {
		for _, text := range read(t, name).Code() {
			if m := aFlag.FindStringSubmatch(text); m != nil {
				assert.True(t, known(strings.TrimPrefix(m[1], "test.")), "%s: there is no flag -%s", name, m[1])
			}
			if of, ok := strings.CutPrefix(text, "go doc "); ok {
				out, err := exec.Command("go", "doc", of).CombinedOutput()
				assert.NoError(t, err, "%s: %s", text, out)
			}
		}
	}
}

// isLong is of flags that let a test run for longer than go test waits by default, 10 minutes.
var isLong = regexp.MustCompile(` -(?:soak|record|recordplain|clones|small|faults|field\.(?:results|replay\w+))[ =]| -record$`)

func TestALongTestIsNotCutShort(t *testing.T) {
	found := 0
	for _, command := range goTests(t) {
		if isLong.MatchString(command) {
			found++
			assert.Regexp(t, ` -timeout[ =]0( |$)`, command)
		}
	}
	assert.GreaterOrEqual(t, found, 9, "no such commands were found to check")
}

func TestResolveSeesWhatIsNotThere(t *testing.T) {
	all := binaries{"./regress": {
		names: []string{"TestGate", "BenchmarkJudge"},
		flags: map[string]bool{"soak": true, "record": false, "run": true, "bench": true, "v": false},
	}}
	for text, want := range map[string][]string{
		"go test -v -run TestGate ./regress -soak 3":                 nil,
		"go test -run '^$' -bench '(Judge|a/b)/x' ./regress -record": nil,
		"go test -v -run TestNone ./regress":                         {"-run TestNone"},
		"go test -bench TestGate ./regress":                          {"-bench TestGate"},
		"go test ./regress -sock 3":                                  {"-sock"},
		"go test ./regress -soak":                                    {"a value of -soak"},
		"go test ./regress other":                                    {"other"},
	} {
		assert.Equal(t, want, all.resolve(t, text), text)
	}
}

func TestEveryTestThatIsNamedIsThere(t *testing.T) {
	named := regexp.MustCompile(`^(Test|Benchmark|Fuzz)[A-Z]\w*$`)
	there := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func (\w+)\(`).FindAllStringSubmatch(string(data), -1) {
			there[m[1]] = true
		}
		return err
	})
	require.NoError(t, err)
	seen := 0
	for _, name := range pages {
		for _, text := range read(t, name).Code() {
			if named.MatchString(text) {
				seen++
				assert.True(t, there[text], "%s: there is no %s", name, text)
			}
		}
	}
	assert.Positive(t, seen)
}

// CI runs both commands: the first, which takes a minute, in a fresh clone, the second so that what was skipped is listed.
func TestTheTwoCommandsAreThoseOfCI(t *testing.T) {
	b, err := read(t, "README.md").Block("sh", "go test -short ./...")
	require.NoError(t, err)
	ci, err := os.ReadFile(filepath.Join(root, ".ci/run"))
	require.NoError(t, err)
	var lines []string
	for _, c := range b.Commands() {
		lines = append(lines, c.Line)
	}
	assert.Equal(t, []string{"go test -v ./regress", "go test -short ./..."}, lines)
	assert.Contains(t, string(ci), "\n\t\tgo test -v ./regress\n")
	assert.Contains(t, string(ci), "\n\tgotest -short ./...\n")
	for _, name := range pages {
		for _, text := range read(t, name).Code() {
			if part, ok := strings.CutPrefix(text, ".ci/run "); ok && part != "all" {
				assert.Contains(t, string(ci), "\n"+part+"() {", "%s: CI has no part %s", name, part)
			}
		}
	}
}

func TestTheIdeaIsThePlan(t *testing.T) {
	p := read(t, "docs/measuring.md")
	b, err := p.Block("", "neighbour")
	require.NoError(t, err)
	var looks []string
	for _, l := range (stats.Plan{}).Looks() {
		looks = append(looks, strconv.Itoa(l.Pairs))
	}
	last := len(looks) - 1
	assert.Contains(t, b.Text, looks[0]+" to "+looks[last]+" pairs")
	assert.Contains(t, p.Prose, "After "+strings.Join(looks[:last], ", ")+" and "+looks[last]+" pairs")
}
