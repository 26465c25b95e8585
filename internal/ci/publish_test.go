package ci

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// left is a workspace as gates leave it, for the program that publishes.
type left struct {
	t               *testing.T
	program         string
	workspace, temp string
	env             []string
}

// buildPublish builds the action's program.
func buildPublish(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "publish")
	sources, err := filepath.Glob(filepath.Join(repository(t), ".github/actions/gate/publish/*.go"))
	require.NoError(t, err)
	sources = slices.DeleteFunc(sources, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
	out, err := exec.Command("go", append([]string{"build", "-o", program}, sources...)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return program
}

func newLeft(t *testing.T, program string) *left {
	t.Helper()
	l := &left{t: t, program: program, workspace: t.TempDir(), temp: t.TempDir()}
	l.file("go.mod", "module example.com/shop\n\ngo 1.26\n")
	l.file("chat/chat_test.go", "package chat\n\nimport \"testing\"\n\nfunc BenchmarkChat(b *testing.B) {}\n")
	began := filepath.Join(l.temp, "tailgate-began")
	require.NoError(t, os.WriteFile(began, nil, 0o644))
	require.NoError(t, os.Chtimes(began, time.Now(), time.Now().Add(-time.Minute)))
	return l
}

func (l *left) file(name, text string) {
	l.t.Helper()
	name = filepath.Join(l.workspace, name)
	require.NoError(l.t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(l.t, os.WriteFile(name, []byte(text), 0o644))
}

// gate leaves a verdict and a report.
func (l *left) gate(dir, verdict string) {
	l.t.Helper()
	l.file(dir+"/verdict.json", verdict)
	l.file(dir+"/report.md", "report of "+dir+"\n")
}

// publish runs the program.
func (l *left) publish() (passed bool, log, summary, outputs string) {
	l.t.Helper()
	cmd := exec.Command(l.program)
	cmd.Dir = l.workspace
	cmd.Env = append(os.Environ(), "GITHUB_WORKSPACE="+l.workspace, "RUNNER_TEMP="+l.temp,
		"GITHUB_STEP_SUMMARY="+filepath.Join(l.temp, "summary"), "GITHUB_OUTPUT="+filepath.Join(l.temp, "output"))
	cmd.Env = append(cmd.Env, l.env...)
	out, err := cmd.CombinedOutput()
	both := func(name string) string {
		data, _ := os.ReadFile(filepath.Join(l.temp, name))
		return string(data)
	}
	return err == nil, string(out), both("summary"), both("output")
}

// verdictOf is verdict.json of one benchmark, Chat, with more fields of its verdict.
func verdictOf(outcome string, pass bool, more string) string {
	return fmt.Sprintf(`{"name": "TestGate", "outcome": %q, "pass": %t, "verdicts": [
		{"package": "example.com/shop/chat", "benchmark": "Chat", "unit": "p95-ns", "outcome": %q%s}]}`, outcome, pass, outcome, more)
}

func TestPublish(t *testing.T) {
	program := buildPublish(t)

	t.Run("what is ok needs no mark", func(t *testing.T) {
		l := newLeft(t, program)
		l.gate(".tailgate/TestGate", verdictOf("ok", true, `, "reason": "within a limit"`))
		passed, log, summary, outputs := l.publish()
		assert.True(t, passed)
		assert.Empty(t, log)
		assert.Equal(t, "report of .tailgate/TestGate\n\n", summary)
		assert.Equal(t, summary, read(t, filepath.Join(l.temp, "tailgate-page.md")), "the comment's")
		assert.Regexp(t, `(?m)^outcome<<(\w+)\nok\n\w+$`, outputs)
		assert.Regexp(t, `(?m)^verdict<<(\w+)\n.*/\.tailgate/TestGate/verdict\.json\n\w+$`, outputs)
		assert.Regexp(t, `(?m)^report<<(\w+)\n.*/\.tailgate/TestGate/report\.md\n\w+$`, outputs)
		assert.Regexp(t, `(?m)^folders<<(\w+)\n.*/\.tailgate\n\w+$`, outputs)
	})

	t.Run("levels", func(t *testing.T) {
		for _, c := range []struct{ name, verdict, want string }{
			{"a regression is an error at the benchmark's line",
				verdictOf("regressed", false, `, "fails": true, "change_percent": 12.5, "reason": "beyond"`),
				"::error file=chat/chat_test.go,line=5,title=tailgate%3A regressed%3A Chat p95-ns::+12.50 %25: beyond\n"},
			{"one that was planted is a notice",
				strings.Replace(verdictOf("regressed", false, `, "fails": true, "reason": "beyond"`), "{", `{"planted": "25%", `, 1),
				"::notice file=chat/chat_test.go,line=5,title=tailgate%3A regressed%3A Chat p95-ns::beyond (25%25 planted on purpose)\n"},
			{"what the policy lets pass is a warning", verdictOf("inconclusive", true, `, "reason": "noise"`),
				"::warning file=chat/chat_test.go,line=5,title=tailgate%3A inconclusive%3A Chat p95-ns::noise\n"},
			{"so is what was too noisy to see, which passes by default", verdictOf("blind", true, `, "reason": "too noisy to see"`),
				"::warning file=chat/chat_test.go,line=5,title=tailgate%3A blind%3A Chat p95-ns::too noisy to see\n"},
			{"where the policy fails it, it is an error", verdictOf("blind", false, `, "fails": true, "reason": "too noisy to see"`),
				"::error file=chat/chat_test.go,line=5,title=tailgate%3A blind%3A Chat p95-ns::too noisy to see\n"},
			{"what could not be judged at all has no line",
				`{"name": "TestGate", "outcome": "invalid", "error": "baseline: this clone is shallow"}`,
				"::error title=tailgate%3A TestGate is invalid::baseline: this clone is shallow\n"},
			{"nor has a rule that matches nothing",
				`{"outcome": "invalid", "verdicts": [{"unit": "p95-ns", "outcome": "invalid", "fails": true, "reason": "matches nothing"}]}`,
				"::error title=tailgate%3A invalid%3A p95-ns::matches nothing\n"},
			{"nor has a benchmark that is not found",
				strings.ReplaceAll(verdictOf("regressed", false, `, "fails": true, "reason": "beyond"`), `"Chat"`, `"Talk"`),
				"::error title=tailgate%3A regressed%3A Talk p95-ns::beyond\n"},
			{"nor has one in a package that is an option",
				strings.ReplaceAll(verdictOf("regressed", false, `, "fails": true, "reason": "beyond"`), "example.com/shop/chat", "-exec=id"),
				"::error title=tailgate%3A regressed%3A Chat p95-ns::beyond\n"},
		} {
			t.Run(c.name, func(t *testing.T) {
				l := newLeft(t, program)
				l.gate(".tailgate/TestGate", c.verdict)
				passed, log, _, _ := l.publish()
				assert.True(t, passed, "the gate has failed already, where it fails")
				assert.Equal(t, c.want, log)
			})
		}
	})

	t.Run("names and reasons do not become commands", func(t *testing.T) {
		l := newLeft(t, program)
		l.gate(".tailgate/TestGate", `{"name": "a\n::b", "outcome": "invalid", "error": "one\r\n::error::two 100%", "verdicts": [
			{"package": "example.com/shop/chat", "benchmark": "Chat/x,y:z\n::warning::w", "unit": "p95-ns\n",
			"outcome": "regressed", "fails": true, "reason": "r\n::stop-commands::s"}]}`)
		_, log, _, _ := l.publish()
		assert.Equal(t, "::error title=tailgate%3A a%0A%3A%3Ab is invalid::one%0D%0A::error::two 100%25\n"+
			"::error file=chat/chat_test.go,line=5,title=tailgate%3A regressed%3A Chat/x%2Cy%3Az%0A%3A%3Awarning%3A%3Aw "+
			"p95-ns::r%0A::stop-commands::s\n", log)
	})

	t.Run("no more marks than are shown, the errors first", func(t *testing.T) {
		l := newLeft(t, program)
		warning := `{"benchmark": "Talk", "unit": "p95-ns", "outcome": "inconclusive"},`
		failure := `{"benchmark": "Talk", "unit": "p95-ns", "outcome": "regressed", "fails": true},`
		l.gate(".tailgate/TestGate", `{"outcome": "regressed", "verdicts": [`+
			strings.TrimSuffix(strings.Repeat(warning+failure, 20), ",")+`]}`)
		_, log, _, _ := l.publish()
		lines := strings.Split(strings.TrimSpace(log), "\n")
		require.Len(t, lines, 20)
		assert.Contains(t, lines[9], "::error")
		assert.Contains(t, lines[10], "::warning")
	})

	t.Run("of several gates the gravest that fails is first", func(t *testing.T) {
		l := newLeft(t, program)
		l.gate(".tailgate/a/TestGate", verdictOf("improved", true, ""))
		l.gate(".tailgate/c/TestGate", verdictOf("blind", true, ""))
		l.gate(".tailgate/b/TestGate", verdictOf("regressed", true, "")) // was expected
		l.gate("nested/.tailgate/TestGate", verdictOf("inconclusive", false, ""))
		_, _, summary, outputs := l.publish()
		assert.Equal(t, "report of nested/.tailgate/TestGate\n\nreport of .tailgate/b/TestGate\n\nreport of .tailgate/c/TestGate\n\n"+
			"report of .tailgate/a/TestGate\n\n", summary)
		assert.Regexp(t, `(?m)^outcome<<(\w+)\ninconclusive\n`, outputs)
		assert.Regexp(t, `(?m)^folders<<(\w+)\n.*/\.tailgate\n.*/nested/\.tailgate\n\w+$`, outputs)
	})

	t.Run("a page does not outgrow a comment, nor a summary its limit", func(t *testing.T) {
		l := newLeft(t, program)
		for i := range 3 {
			dir := fmt.Sprintf(".tailgate/TestGate%d", i)
			l.gate(dir, verdictOf("ok", true, ""))
			l.file(dir+"/report.md", "brief\n"+strings.Repeat("x", 40_000))
			l.file(dir+"/summary.md", "at length\n"+strings.Repeat("x", 450_000))
		}
		_, _, summary, _ := l.publish()
		comment := read(t, filepath.Join(l.temp, "tailgate-page.md"))
		assert.Less(t, len(comment), 65_536)
		assert.Contains(t, comment, "Left out here: 2 of 3 reports.")
		assert.Less(t, len(summary), 1<<20)
		assert.Equal(t, 2, strings.Count(summary, "at length"))
		assert.Equal(t, 1, strings.Count(summary, "brief"), "of the third the short one fits")
	})

	t.Run("a report that alone outgrows a comment is cut after a line", func(t *testing.T) {
		l := newLeft(t, program)
		l.gate(".tailgate/TestGate", verdictOf("ok", true, ""))
		l.file(".tailgate/TestGate/report.md", "first\n"+strings.Repeat("a line\n", 20_000))
		_, _, summary, _ := l.publish()
		assert.Equal(t, "first\n"+strings.Repeat("a line\n", 20_000)+"\n", summary, "the job's page has room")
		summary = read(t, filepath.Join(l.temp, "tailgate-page.md"))
		assert.Less(t, len(summary), 65_536)
		assert.True(t, strings.HasPrefix(summary, "first\n"))
		assert.True(t, strings.HasSuffix(summary, "a line\n\n(cut here: report.md has the rest)\n\n"), summary[len(summary)-100:])
	})

	t.Run("the folder that is set counts", func(t *testing.T) {
		l := newLeft(t, program)
		l.env = []string{"GATE_OUT=results/gate"}
		l.gate(".tailgate/TestGate", verdictOf("regressed", false, ""))
		l.gate("results/gate", verdictOf("ok", true, ""))
		passed, _, _, outputs := l.publish()
		assert.True(t, passed)
		assert.Regexp(t, `(?m)^outcome<<(\w+)\nok\n`, outputs)
		assert.Regexp(t, `(?m)^folders<<(\w+)\n/.*/results/gate\n\w+$`, outputs)
	})

	for name, plant := range map[string]func(l *left, secret string) error{
		"a link in the place of a report": func(l *left, secret string) error {
			return os.Symlink(secret, filepath.Join(l.workspace, ".tailgate/TestGate/summary.md"))
		},
		"a link in the place of a verdict": func(l *left, secret string) error {
			return os.Symlink(secret, filepath.Join(l.workspace, ".tailgate/verdict.json"))
		},
		"a link to a folder": func(l *left, _ string) error { return os.Symlink("/", filepath.Join(l.workspace, ".tailgate/all")) },
		"a link to the process itself": func(l *left, _ string) error {
			return os.Symlink("/proc/self/environ", filepath.Join(l.workspace, ".tailgate/TestGate/x"))
		},
		"a pipe in the place of a verdict": func(l *left, _ string) error {
			return exec.Command("mkfifo", filepath.Join(l.workspace, ".tailgate/verdict.json")).Run()
		},
		"a pipe in the place of a report": func(l *left, _ string) error {
			return exec.Command("mkfifo", filepath.Join(l.workspace, ".tailgate/TestGate/summary.md")).Run()
		},
	} {
		t.Run(name+" is neither followed nor uploaded", func(t *testing.T) {
			l := newLeft(t, program)
			l.gate(".tailgate/TestGate", verdictOf("ok", true, ""))
			secret := filepath.Join(l.temp, "secret")
			require.NoError(t, os.WriteFile(secret, []byte(`{"outcome": "ok", "error": "hunter2"}`), 0o644))
			require.NoError(t, plant(l, secret))
			passed, log, summary, outputs := l.publish()
			assert.False(t, passed)
			assert.Contains(t, log, "is neither a folder nor a plain file, and no gate has made it: remove it")
			assert.NotContains(t, log+summary+outputs, "hunter2")
			assert.Empty(t, outputs, "no folders, so no artifact")
		})
	}

	t.Run("a file of tests that is no plain file is not read", func(t *testing.T) {
		l := newLeft(t, program)
		require.NoError(t, os.Remove(filepath.Join(l.workspace, "chat/chat_test.go")))
		require.NoError(t, os.Symlink("/dev/zero", filepath.Join(l.workspace, "chat/chat_test.go")))
		l.file("chat/chat.go", "package chat\n")
		l.gate(".tailgate/TestGate", verdictOf("regressed", false, `, "fails": true, "reason": "beyond"`))
		passed, log, _, _ := l.publish()
		assert.True(t, passed)
		assert.Equal(t, "::error title=tailgate%3A regressed%3A Chat p95-ns::beyond\n", log)
	})

	t.Run("a verdict without end is not read", func(t *testing.T) {
		l := newLeft(t, program)
		l.gate(".tailgate/TestGate", `{"outcome": "ok"}`)
		require.NoError(t, os.Truncate(filepath.Join(l.workspace, ".tailgate/TestGate/verdict.json"), 1<<40))
		passed, log, _, _ := l.publish()
		assert.False(t, passed)
		assert.Contains(t, log, "verdict.json: too large: more than 33554432 bytes")
	})

	for name, leave := range map[string]func(l *left){
		"nothing is not a pass": func(*left) {},
		"what an earlier gate left is not a pass": func(l *left) {
			l.gate(".tailgate/TestGate", verdictOf("ok", true, ""))
			require.NoError(t, os.Chtimes(filepath.Join(l.workspace, ".tailgate/TestGate/verdict.json"), time.Now(),
				time.Now().Add(-time.Hour)))
		},
		"a folder that no gate has made is not a pass": func(l *left) { l.env = []string{"GATE_OUT=results"} },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLeft(t, program)
			leave(l)
			passed, log, summary, outputs := l.publish()
			assert.False(t, passed)
			assert.Contains(t, log, "::error title=tailgate::no gate has left a verdict: ")
			assert.Contains(t, summary, "**FAIL: invalid: no gate has left a verdict**")
			assert.Regexp(t, `(?m)^outcome<<(\w+)\ninvalid\n`, outputs)
		})
	}

	for name, text := range map[string]string{"of another version": `{"outcome": "meh"}`, "cut short": `{"outcome": "ok"`} {
		t.Run("a verdict "+name+" is not a pass", func(t *testing.T) {
			l := newLeft(t, program)
			l.gate(".tailgate/TestGate", text)
			passed, log, _, _ := l.publish()
			assert.False(t, passed)
			assert.Contains(t, log, "::error title=tailgate::")
			assert.Contains(t, log, "verdict.json: ")
		})
	}
}
