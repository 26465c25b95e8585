package regress

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// instrumented says why times measured from here would mean nothing; nil when they mean something.
func instrumented() error {
	under := func(flag string) error {
		return report.Failure{Reason: policy.Reason{Code: policy.Instrumented, Facts: policy.Facts{Words: []string{flag}}}}
	}
	if testing.CoverMode() != "" {
		return under("-cover")
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if (s.Key == "-race" || s.Key == "-msan" || s.Key == "-asan") && s.Value == "true" {
				return under(s.Key)
			}
		}
	}
	if pid := tracer(); pid != 0 {
		return report.Failure{Reason: policy.Reason{Code: policy.Debugged, Facts: policy.Facts{Have: pid}}}
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
