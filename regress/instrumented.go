package regress

import (
	"errors"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
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
