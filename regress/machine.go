package regress

import (
	"errors"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/tailgate-go/tailgate/internal/report"
)

// instrumented says why times measured from here would mean nothing; nil when they mean something.
func instrumented() error {
	if testing.CoverMode() != "" {
		return errors.New("the test runs under -cover, which leads to times that mean nothing: run the gate without it")
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if (s.Key == "-race" || s.Key == "-msan" || s.Key == "-asan") && s.Value == "true" {
				return errors.New("the test runs under " + s.Key + ", which leads to times that mean nothing: run the gate without it, " +
					"or leave it out with -short")
			}
		}
	}
	if pid := tracer(); pid != 0 {
		return errors.New("a debugger (process " + strconv.Itoa(pid) + ") is attached to the test: run the gate without it")
	}
	return nil
}

// tracer is the process that debugs this one, as Linux tells; 0 when none or not known.
func tracer() int {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if value, ok := strings.CutPrefix(line, "TracerPid:"); ok {
			pid, _ := strconv.Atoi(strings.TrimSpace(value))
			return pid
		}
	}
	return 0
}

// load is the machine's load average over the last minute, as Linux tells; empty when not known.
func load() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(data), " ")
	return first
}

// environment is what the report says of the machine, and of what the benchmarks say of themselves.
func environment(config map[string]string, loadBefore string) []report.Fact {
	facts := []report.Fact{
		{Name: "goos", Value: runtime.GOOS}, {Name: "goarch", Value: runtime.GOARCH},
		{Name: "cpus", Value: strconv.Itoa(runtime.NumCPU())},
	}
	for _, key := range []string{"cpu", "go", "blas"} {
		if value := config[key]; value != "" {
			facts = append(facts, report.Fact{Name: key, Value: value})
		}
	}
	if loadBefore != "" {
		facts = append(facts, report.Fact{Name: "load before", Value: loadBefore}, report.Fact{Name: "load after", Value: load()})
	}
	return facts
}
