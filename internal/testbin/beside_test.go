//go:build linux

package testbin

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func init() {
	roles["go"] = goCommand
	roles["test"] = besideTest
}

// goCommand starts each of the programs that TESTBIN_STARTS names as a go command starts tests. It hands on what it is told to the
// program that the line's first word names, and what that answers.
func goCommand() {
	type started struct {
		in  io.Writer
		out *bufio.Scanner
	}
	programs := map[string]started{}
	for path := range strings.FieldsSeq(os.Getenv("TESTBIN_STARTS")) {
		cmd := exec.Command(path)
		cmd.Env = append(os.Environ(), "TESTBIN_ROLE=test")
		in, _ := cmd.StdinPipe()
		out, _ := cmd.StdoutPipe()
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		programs[filepath.Base(path)] = started{in, bufio.NewScanner(out)}
	}
	for told := bufio.NewScanner(os.Stdin); told.Scan(); {
		name, order, _ := strings.Cut(told.Text(), " ")
		fmt.Fprintln(programs[name].in, order)
		programs[name].out.Scan()
		fmt.Println(programs[name].out.Text())
	}
}

// besideTest does what it is told to, until its input ends.
func besideTest() {
	var done func()
	for told := bufio.NewScanner(os.Stdin); told.Scan(); {
		switch told.Text() {
		case "count":
			fmt.Println(Beside())
			continue
		case "rest":
			done = Rest()
		case "go on":
			done()
		case "end":
			os.Exit(0)
		}
		fmt.Println("done")
	}
}

func TestBesideCountsWhatTheGoCommandRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := func(name string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		text, err := os.ReadFile("/proc/self/exe")
		require.NoError(t, err)
		syscall.ForkLock.RLock() // or a process that another test starts meanwhile has the file open for writing, and it is busy
		defer syscall.ForkLock.RUnlock()
		require.NoError(t, os.WriteFile(path, text, 0o755))
		return path
	}
	starts := []string{
		program("go-build1/b001/infer.test"), program("go-build1/b002/chat.test"), program("pkg/tool/linux_amd64/compile"),
		program("server"),
	}
	tell := func(t *testing.T, parent string) func(order string) string {
		cmd := exec.Command(parent)
		cmd.Env = append(os.Environ(), "TESTBIN_ROLE=go", "TESTBIN_STARTS="+strings.Join(starts, " "))
		in, err := cmd.StdinPipe()
		require.NoError(t, err)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		t.Cleanup(func() {
			assert.NoError(t, in.Close())
			assert.NoError(t, cmd.Wait())
		})
		answers := bufio.NewScanner(out)
		return func(order string) string {
			_, err := fmt.Fprintln(in, order)
			require.NoError(t, err)
			require.True(t, answers.Scan())
			return answers.Text()
		}
	}
	t.Run("tests and what builds them, but no gate that rests", func(t *testing.T) {
		told := tell(t, program("go"))
		for _, c := range []struct{ order, count string }{
			{"infer.test count", "2"}, {"chat.test rest", "1"}, {"compile end", "0"}, {"chat.test go on", "1"}, {"chat.test end", "0"},
		} {
			told(c.order)
			assert.Equal(t, c.count, told("infer.test count"), "after %s", c.order)
		}
		assert.Equal(t, "1", told("server count"), "the test that counted")
	})
	t.Run("nothing beside what no go command has started", func(t *testing.T) {
		assert.Equal(t, "0", tell(t, program("shell"))("infer.test count"))
	})
}
