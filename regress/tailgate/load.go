package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/policy"
	"github.com/tailgate-go/tailgate/regress"
	"github.com/tailgate-go/tailgate/workload/serving"
)

// The variables in which the gate tells this program, when it starts it again, what load to measure with: a scenario's file, or its
// text; and where to leave results and a log. Nobody else sets them: a process that no gate started heeds none.
const (
	fileEnv    = "TAILGATE_COMMAND_FILE"
	textEnv    = "TAILGATE_COMMAND_TEXT"
	resultsEnv = "TAILGATE_COMMAND_RESULTS"
	logEnv     = "TAILGATE_COMMAND_LOG"
)

// load is what a regress.Loader makes of flags.
func load(flags map[string]string) (l regress.Load, err error) {
	var s serving.Scenario
	if flags["scenario"] != "" {
		s, l.Env, err = opened(flags)
	} else {
		s, l.Env, err = made(flags)
	}
	if err != nil {
		return l, err
	}
	l.Rules = policy.Serving(s.Stream)
	l.Benchtime, l.Takes = benchtime(s), s.Takes()
	for _, f := range []struct{ flag, env string }{{"results", resultsEnv}, {"log", logEnv}} {
		if file := flags[f.flag]; file != "" {
			if file, err = filepath.Abs(file); err != nil {
				return l, err
			}
			l.Env = append(l.Env, f.env+"="+file)
		}
	}
	return l, nil
}

// benchtime is the length of a run of each of the scenario's benchmarks. Rates that have not as many requests as each other in a
// time have it as that time: package testing comes near to it in several runs.
func benchtime(s serving.Scenario) string {
	n := s.Prompts
	for i, rate := range s.Rates {
		have := s.Load(rate).Requests
		if i > 0 && have != n {
			return time.Duration(s.Duration).String()
		}
		n = have
	}
	if n == 0 { // of a sweep alone
		return time.Duration(s.Duration).String()
	}
	return strconv.Itoa(n) + "x"
}

// opened is the scenario in a file, and how this program is told of it.
func opened(flags map[string]string) (s serving.Scenario, env []string, err error) {
	for _, f := range loadFlags {
		if f.Name != "scenario" && !f.Records && flags[f.Name] != "" {
			return s, nil, fmt.Errorf("-scenario and -%s: the file says what load there is; leave one of them out", f.Name)
		}
	}
	file := flags["scenario"]
	if s, err = serving.OpenScenario(file); err != nil {
		return s, nil, err
	}
	file, err = filepath.Abs(file)
	return s, []string{fileEnv + "=" + file}, err
}

// asked is the scenario that this program is to measure with; not ok if none.
func asked() (s serving.Scenario, ok bool, err error) {
	file, text := os.Getenv(fileEnv), os.Getenv(textEnv)
	switch {
	case !duet.IsChild():
		return s, false, nil
	case file != "" && text != "":
		return s, true, errors.New(fileEnv + " and " + textEnv + " are both set: set one")
	case file != "":
		s, err = serving.OpenScenario(file)
	case text != "":
		s, err = serving.ParseScenario(textEnv, []byte(text))
	default:
		return s, false, nil
	}
	return s, true, err
}

// measure runs the scenario as the flags of package testing say, prints results as a test binary does, and exits. The error is that
// it does not begin.
func measure(s serving.Scenario) error {
	if info, ok := debug.ReadBuildInfo(); ok {
		fmt.Println("pkg:", info.Path)
	}
	options := serving.Options{Results: os.Getenv(resultsEnv), Handover: os.Getenv(duet.HandoverEnv)}
	if file := os.Getenv(logEnv); file != "" {
		log, err := openLog(file, options.Handover)
		if err != nil {
			return err
		}
		options.Log = log // which nothing needs to close: no line of it is buffered
	}
	testing.Main(regexp.MatchString, nil, []testing.InternalBenchmark{
		{Name: "BenchmarkServing", F: func(b *testing.B) { serving.BenchmarkOf(b, s, options) }},
	}, nil)
	return nil
}

// openLog opens the file of a log: it begins anew, unless a process before this one has handed over.
func openLog(file, handover string) (*os.File, error) {
	if _, err := os.Stat(handover); err == nil {
		return os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	}
	return os.Create(file)
}
