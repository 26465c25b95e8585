package adoption

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/readme"
)

var (
	bisections = flag.Int("bisect", 0, "how many searches TestBisectCounts makes; 0: none")
	bisectSeed = flag.Uint64("bisectseed", 1, "seed of the histories that TestBisectCounts makes")
)

// bisected is what a search left.
type bisected struct {
	Outcome  string
	Suspects []struct{ Subject string }
	Steps    []struct{ Decision string }
	Seconds  float64
	Why      *struct {
		Causes []struct{ Functions []struct{ Name string } }
	}
}

// TestBisectCounts makes histories of 32 commits with a planted culprit: each commit changes the code, four of them do not build,
// and from the culprit on requests compute for half as long again. It counts which searches name the culprit, alone or, where
// commits beside it do not build, with those: go test -v -run TestBisectCounts ./internal/adoption -bisect 20 -timeout 0. None
// may leave it out: how many name more than they must is the machine's.
func TestBisectCounts(t *testing.T) {
	if *bisections == 0 {
		t.Skip("it is asked for with -bisect")
	}
	const inAll = 32
	dir, env := modtest.Unpack(t, "testdata/bisect.txtar")
	git := func(args ...string) string { return command(t, dir, env, append([]string{"git"}, args...)...) }
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	data, err := os.ReadFile(filepath.Join(dir, "work.go"))
	require.NoError(t, err)
	quick := string(data)
	slow := strings.Replace(quick, "20_000", "30_000", 1)
	git("init", "-q", "-b", "main")
	git("add", "-A")
	git("commit", "-q", "-m", "start")
	git("tag", "start")

	counts := map[string]int{}
	for i := range *bisections {
		r := rand.New(rand.NewPCG(*bisectSeed, uint64(i)))
		culprit := 1 + r.IntN(inAll-1)
		broken := map[int]bool{}
		for range 4 {
			broken[1+r.IntN(inAll-2)] = true
		}
		git("checkout", "-q", "-B", "main", "start")
		for at := range inAll {
			text := quick
			if at >= culprit {
				text = slow
			}
			if broken[at] {
				text += "\nvar _ = unknown\n"
			}
			write("work.go", text)
			write("other.go", fmt.Sprintf("package shop\n\n// Other is another one.\nfunc Other() int { return %d }\n", at+1))
			git("commit", "-q", "-a", "-m", fmt.Sprint(at))
		}
		first, last := culprit, culprit // those that may be named
		for broken[first-1] {
			first--
		}
		for broken[last] {
			last++
		}
		cmd := exec.Command("go", "test", "-v", "-run", "TestBisect", ".", "-timeout=0", "-regress.good=HEAD~31",
			"-regress.bench=Work", "-regress.metric=ns/op")
		cmd.Dir, cmd.Env = dir, env
		out, _ := cmd.CombinedOutput()
		var found bisected
		data, err := os.ReadFile(filepath.Join(dir, ".tailgate/TestBisect/bisect.json"))
		require.NoError(t, err, "%s", out)
		require.NoError(t, json.Unmarshal(data, &found))
		var named []string
		hasCulprit := false
		for _, s := range found.Suspects {
			named = append(named, s.Subject)
			hasCulprit = hasCulprit || s.Subject == fmt.Sprint(culprit)
		}
		assert.True(t, hasCulprit, "culprit %d, and %s named %v: %s", culprit, found.Outcome, named, out)
		exact := "wider than it must be"
		if len(named) == last-first+1 {
			exact = "as narrow as it can be"
		}
		if found.Outcome == "found" {
			require.NotNil(t, found.Why)
			if assert.NotEmpty(t, found.Why.Causes, "%s", out) && assert.NotEmpty(t, found.Why.Causes[0].Functions) {
				assert.Equal(t, "example.com/shop.Work", found.Why.Causes[0].Functions[0].Name)
			}
		}
		counts[found.Outcome+", "+exact]++
		t.Logf("%d: culprit %d of %d, %d do not build: %s %v after %d steps, %.0f s", i+1, culprit, inAll, len(broken), found.Outcome,
			named, len(found.Steps), found.Seconds)
	}
	t.Logf("%v", counts)
}

// What docs/bisect.md says to type finds a commit.
func TestBisectPage(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and measures")
	}
	page, err := readme.Read("../..", "docs/bisect.md")
	require.NoError(t, err)
	block := func(kind, has string) readme.Block {
		t.Helper()
		b, err := page.Block(kind, has)
		require.NoError(t, err)
		return b
	}
	dir, env := modtest.Unpack(t, "testdata/bisectpage.txtar")
	test := block("go", "func TestBisect(").Text
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bisect_test.go"),
		[]byte("package shop\n\nimport (\n\t\"testing\"\n\n\t\"github.com/tailgate-go/tailgate/regress\"\n)\n\n"+test), 0o644))
	command(t, dir, env, "sh", "history.sh")
	command(t, dir, env, "go", "build", "-o", ".tmp/tailgate", "github.com/tailgate-go/tailgate/regress/tailgate")
	typed := block("sh", "-regress.good=v1.2.0").Commands()
	require.Len(t, typed, 2)
	for _, c := range typed {
		line := strings.Replace(c.Line, "go run github.com/tailgate-go/tailgate/regress/tailgate@latest", ".tmp/tailgate", 1)
		out := command(t, dir, env, "sh", "-c", line)
		assert.Regexp(t, `PASS: found: [0-9a-f]{12} \(slow\) is the first bad commit`, out)
	}
	script := block("sh", "git bisect run").Text
	last := regexp.MustCompile(`(?m)^[ \t]*case .*$`)
	assert.Equal(t, last.FindString(command(t, dir, env, ".tmp/tailgate", "-h")), "\t"+last.FindString(script))
	command(t, dir, env, "sh", "-e", "-c", "PATH=$PWD/.tmp:$PATH\n"+script)
	assert.Equal(t, "slow", strings.TrimSpace(command(t, dir, env, "git", "log", "-1", "--format=%s", "refs/bisect/bad")))
}
