package testbin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/tailgate-go/tailgate/internal/overlay"
)

// Input is a file or a folder that a test binary looked at.
type Input struct {
	Path   string // absolute
	Opened bool   // or started, if it is a program; else the binary asked only whether it is there
}

// mostOfTestLog is how many bytes the log of a test binary may have.
const mostOfTestLog = 16 << 20

// testLogFlag makes a test binary log what it looks at. Go test keys its cache with that log.
const testLogFlag = "-test.testlogfile="

// Inputs is what a test binary looked at.
type Inputs struct {
	All   []Input // each once, in the order of the log
	Known bool    // the log is whole: false of a binary whose TestMain does not call m.Run, or more than once
	Early bool    // what was read before m.Run is in it, as by a function init
}

// RunLogged is Run, and what the binary looked at through package os. Not in the log is what was read through cgo, by package
// syscall, or by programs that the binary started. Environment variables are not told.
func (b *Binary) RunLogged(ctx context.Context, options RunOptions) (output Output, inputs Inputs, err error) {
	dir, err := b.scratch.mkdir("tmp")
	if err != nil {
		return Output{}, inputs, err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "log")
	options.Args = append(options.Args[:len(options.Args):len(options.Args)], testLogFlag+name)
	options.Env = append(options.Env[:len(options.Env):len(options.Env)], overlay.EarlyEnv+"=1")
	if output, err = b.Run(ctx, options); err != nil {
		return output, inputs, err
	}
	if read, logErr := readTestLog(name, b.Dir); logErr == nil {
		inputs = read
	}
	inputs.Known = inputs.Known && Passed(output.Stdout) <= 1 // the log is that of the first m.Run
	return output, inputs, nil
}

// readTestLog reads what a test binary logged that began in the folder dir.
func readTestLog(name, dir string) (inputs Inputs, err error) {
	f, err := os.Open(name)
	if err != nil {
		return inputs, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, mostOfTestLog+1))
	if err == nil && len(data) > mostOfTestLog {
		err = fmt.Errorf("%s: more than %d MiB", name, mostOfTestLog>>20)
	}
	if err != nil {
		return inputs, err
	}
	return parseTestLog(string(data), dir)
}

// parseTestLog reads "getenv NAME", "open PATH", "stat PATH" and "chdir PATH", one a line; all but the last may be relative.
func parseTestLog(log, dir string) (inputs Inputs, err error) {
	lines, found := strings.CutPrefix(log, "# test log\n")
	if !found || lines != "" && !strings.HasSuffix(lines, "\n") {
		return Inputs{}, errors.New("it is no whole test log")
	}
	inputs.Known = true
	at := map[string]int{}
	for line := range strings.Lines(lines) {
		op, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if op == "getenv" && name != "" {
			inputs.Early = inputs.Early || name == overlay.EarlyEnv
			continue
		}
		if name == "" || op != "open" && op != "stat" && op != "chdir" {
			return Inputs{}, fmt.Errorf("a line of a test log is %q", line)
		}
		path := filepath.Clean(name)
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		if op == "chdir" {
			dir = path
		}
		i, seen := at[path]
		if !seen {
			i = len(inputs.All)
			at[path] = i
			inputs.All = append(inputs.All, Input{Path: path})
		}
		inputs.All[i].Opened = inputs.All[i].Opened || op == "open"
	}
	return inputs, nil
}
