//go:build unix

package adoption

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// What is killed, or will not end, in a module that is built once.
func TestKilled(t *testing.T) {
	besideOthers(t)
	dir, env := committed(t, "testdata/kill.txtar")
	t.Run("gate leaves nothing", func(t *testing.T) {
		// Each signal while it builds, and while it measures.
		killedGateLeavesNothing(t, dir, env, 6, "", ".tmp/gate.test", "-test.run=TestGate", "-test.v")
	})
	t.Run("command leaves nothing", func(t *testing.T) {
		if !testing.Short() {
			command(t, dir, env, "go", "build", "-o", ".tmp/tailgate", "github.com/tailgate-go/tailgate/regress/tailgate")
		}
		killedGateLeavesNothing(t, dir, env, 3, "", ".tmp/tailgate", "-baseline=HEAD", "-bench=Stubborn")
	})
	t.Run("search leaves nothing", func(t *testing.T) {
		killedGateLeavesNothing(t, dir, env, 3, "steps/01-*", ".tmp/gate.test", "-test.run=TestBisect", "-regress.good=HEAD~1")
	})
	t.Run("benchmark is invalid", func(t *testing.T) { killedBenchmarkIsInvalid(t, dir, env) })
	t.Run("benchmark outside its group is invalid", func(t *testing.T) { deserterIsInvalid(t, dir, env) })
}

// A gate that is killed at any point, by any signal, leaves no process, worktree, temporary folder or lock behind, and no results
// that pass for whole. It has its results in a folder of its output.
func killedGateLeavesNothing(t *testing.T, dir string, env []string, rounds int, folder, binary string, args ...string) {
	if testing.Short() {
		t.Skip("those of internal/testbin are killed, too")
	}
	shop := filepath.Join(t.TempDir(), "shop") // whose worktrees are this test's
	command(t, dir, env, "git", "clone", "-q", dir, shop)
	const more = "package shop\n\nimport \"os\"\n\nvar more = len(os.Args)\n" // which every benchmark runs
	require.NoError(t, os.WriteFile(filepath.Join(shop, "more.go"), []byte(more), 0o644))
	command(t, shop, env, "git", "add", "-A")
	command(t, shop, env, "git", "commit", "-q", "-m", "second")
	random := rand.New(rand.NewPCG(7, 7))
	measured := 0
	for round := range rounds {
		temp := t.TempDir()
		signal := []syscall.Signal{syscall.SIGKILL, syscall.SIGINT, syscall.SIGTERM}[round%3]
		after := time.Duration(random.Int64N(int64(4 * time.Second)))
		in := func(name string) string { // empty where it is not there
			found, _ := filepath.Glob(filepath.Join(temp, "out", folder, name)) // the pattern is a good one
			return strings.Join(found, " ")
		}
		if round%2 == 0 { // while it measures, however long building took
			after = time.Duration(random.Int64N(int64(time.Second)))
		}

		gate := exec.Command(filepath.Join(dir, binary), append(args, "-regress.out="+filepath.Join(temp, "out"))...)
		gate.Dir, gate.Env = shop, append(env, apart(temp)...)
		var printed bytes.Buffer
		gate.Stdout, gate.Stderr = &printed, &printed
		require.NoError(t, gate.Start())
		if round%2 == 0 {
			require.Eventually(t, func() bool { return hasContent(in("baseline.txt")) }, time.Minute, 5*time.Millisecond,
				"nothing was measured")
		}
		killer := time.AfterFunc(after, func() { _ = gate.Process.Signal(signal) })
		err := gate.Wait()
		require.False(t, killer.Stop(), "the gate ended by itself within %v: %s", after, printed.String())
		require.Error(t, err)

		require.Eventually(t, func() bool { return len(remains(temp)) == 0 }, 10*time.Second, 50*time.Millisecond,
			"%v after %v leaves processes: %v", signal, after, remains(temp))
		scratches := func() []string { s, _ := filepath.Glob(filepath.Join(temp, "tailgate-scratch-*")); return s }
		require.Eventually(t, func() bool { return len(scratches()) == 0 }, 10*time.Second, 20*time.Millisecond,
			"%v after %v leaves %v", signal, after, scratches())
		assert.Equal(t, 1, strings.Count(command(t, shop, env, "git", "worktree", "list"), "\n"),
			"%v after %v leaves a worktree", signal, after)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		release, err := testbin.Lock(ctx, lockIn(temp), func(string) {})
		require.NoError(t, err, "%v after %v leaves the lock", signal, after)
		release()
		cancel()

		if hasContent(in("baseline.txt")) {
			measured++
			_, err := benchdata.ReadFiles(in("baseline.txt"))
			assert.ErrorContains(t, err, "PASS", "results that were cut short pass for whole")
		}
		assert.Empty(t, in("verdict.json"))
		assert.NoFileExists(t, filepath.Join(temp, "out", "bisect.json"))
	}
	assert.GreaterOrEqual(t, measured, rounds/2, "rounds killed while they measured")
}

// A benchmark process that dies in the middle of a duet, of either side and at any point, makes the gate invalid, in words and at
// once.
func killedBenchmarkIsInvalid(t *testing.T, dir string, env []string) {
	besideOthers(t)
	rounds := 4
	if testing.Short() {
		rounds = 1
	}
	random := rand.New(rand.NewPCG(7, 8))
	for round := range rounds {
		temp := t.TempDir()
		gate := exec.Command(filepath.Join(dir, ".tmp/gate.test"), "-test.run=TestGate", "-test.v",
			"-regress.out="+filepath.Join(temp, "out"))
		gate.Dir, gate.Env = dir, append(env, apart(temp)...)
		var printed bytes.Buffer
		gate.Stdout, gate.Stderr = &printed, &printed
		require.NoError(t, gate.Start())
		var pair []int
		require.Eventually(t, func() bool { pair = inDuet(temp); return len(pair) == 2 }, 5*time.Minute, 50*time.Millisecond,
			"no duet began")
		time.Sleep(time.Duration(random.Int64N(int64(2 * time.Second))))
		if now := inDuet(temp); len(now) == 2 { // of this launch or the next
			pair = now
		}
		if syscall.Kill(pair[round%2], syscall.SIGKILL) != nil { // between two launches
			require.Eventually(t, func() bool {
				pair = inDuet(temp)
				return len(pair) == 2 && syscall.Kill(pair[round%2], syscall.SIGKILL) == nil
			}, time.Minute, time.Millisecond)
		}
		killed := time.Now()
		require.Error(t, gate.Wait())
		assert.Less(t, time.Since(killed), 20*time.Second, "the gate hung")
		assert.Equal(t, 1, gate.ProcessState.ExitCode(), printed.String())
		assert.Regexp(t, `(?s)invalid: Stubborn p95-ns: (baseline|candidate): .*killed \(SIGKILL\), and not by the gate`,
			printed.String())
		assert.Contains(t, printed.String(), "FAIL: 1 invalid")
		require.Eventually(t, func() bool { return len(remains(temp)) == 0 }, 10*time.Second, 50*time.Millisecond, "%v", remains(temp))
		left, _ := filepath.Glob(filepath.Join(temp, "tailgate-scratch-*"))
		assert.Empty(t, left)
		verdict, err := os.ReadFile(filepath.Join(temp, "out", "verdict.json"))
		require.NoError(t, err)
		assert.Contains(t, string(verdict), `"outcome": "invalid"`)
	}
}

// A benchmark that leaves its process group and hangs, in a whole run or in the middle of a duet, makes the gate invalid once its
// time is over, and ends then with all that it has started.
func deserterIsInvalid(t *testing.T, dir string, env []string) {
	besideOthers(t)
	for _, c := range []struct{ name, request, says string }{
		{"in the smoke run", "1", `no result within 1s: fix the hang, or allow more time \(-regress.timeout\)`},
		{"in a duet", "20", `invalid: Deserter p95-ns: (baseline|candidate): .*no answer within 1(\.\d+)?s: fix the hang`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.request == "1" {
				t.Skip("a smoke run that hangs stands among the scripts")
			}
			temp := t.TempDir()
			gate := exec.Command(filepath.Join(dir, ".tmp/gate.test"), "-test.run=TestGate", "-test.v",
				"-regress.out="+filepath.Join(temp, "out"), "-regress.bench=Deserter", "-regress.timeout=1s")
			gate.Dir, gate.Env = dir, append(append(env, apart(temp)...), "DESERTS="+c.request)
			var printed bytes.Buffer
			gate.Stdout, gate.Stderr = &printed, &printed
			require.NoError(t, gate.Start())
			ended := time.AfterFunc(time.Minute, func() { _ = gate.Process.Kill() })
			require.Error(t, gate.Wait())
			require.True(t, ended.Stop(), "the gate hung")
			assert.Equal(t, 1, gate.ProcessState.ExitCode(), printed.String())
			assert.Regexp(t, c.says, printed.String())
			assert.Regexp(t, `FAIL: (1 )?invalid`, printed.String())
			assert.Empty(t, remains(temp), "the gate has ended")
			verdict, err := os.ReadFile(filepath.Join(temp, "out", "verdict.json"))
			require.NoError(t, err)
			assert.Contains(t, string(verdict), `"outcome": "invalid"`)
		})
	}
}

// inDuet are the processes that have to do with the folder and were invited to a duet.
func inDuet(folder string) []int {
	environs, _ := filepath.Glob("/proc/[0-9]*/environ")
	var found []int
	for _, name := range environs {
		environ, _ := os.ReadFile(name)
		if strings.Contains(string(environ), "TAILGATE_DUET=") && strings.Contains(string(environ), folder) {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name))); err == nil {
				found = append(found, pid)
			}
		}
	}
	return found
}

func hasContent(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Size() > 0
}

// remains are the processes that have to do with the folder, as Linux tells.
func remains(folder string) []string {
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	var found []string
	for _, link := range links {
		process := filepath.Dir(link)
		exe, _ := os.Readlink(link)
		cwd, _ := os.Readlink(filepath.Join(process, "cwd"))
		command, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		environ, _ := os.ReadFile(filepath.Join(process, "environ"))
		for _, text := range []string{exe, cwd, string(command), string(environ)} {
			if strings.Contains(text, folder) {
				found = append(found, process+" "+strings.ReplaceAll(string(command), "\x00", " "))
				break
			}
		}
	}
	return found
}
