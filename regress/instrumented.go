package regress

import (
	"errors"
	"flag"
	"os"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
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
		if flag := testbin.Instrumented(info.Settings); flag != "" {
			return under(flag)
		}
	}
	if pid := tracer(); pid != 0 {
		return report.Failure{Reason: policy.Reason{Code: policy.Debugged, Facts: policy.Facts{Have: pid}}}
	}
	return nil
}

// passOver skips a gate that measures and nobody asked for, where times mean nothing: it may stand among all tests of a run.
func passOver(t *testing.T) {
	t.Helper()
	failure, ok := errors.AsType[report.Failure](instrumented())
	if !ok || failure.Code() != policy.Instrumented || asked() {
		return
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	name, _, _ := strings.Cut(t.Name(), "/")
	t.Skipf("regress: skipped under %s, where times mean nothing; to run it, in the folder of go.mod: go test -v -run %s %s",
		failure.Reason.Facts.Words[0], shellQuoted(measure.Pattern(name)), shellQuoted(packageIn(dir)))
}

// asked reports whether somebody asked for a gate, by a test's name, a flag or a variable, and did not just run all tests.
func asked() bool {
	found := namesTests(flagValue("test.run"))
	flag.VisitAll(func(f *flag.Flag) {
		if name, ok := strings.CutPrefix(f.Name, "regress."); ok {
			found = found || f.Value.String() != "" || fromRun.variable(option{name: name}.variable()) != ""
		}
	})
	return found
}

// namesTests reports whether a pattern of go test -run selects tests by name: a name that nobody has does not match it.
func namesTests(pattern string) bool {
	of, _, _ := strings.Cut(pattern, "/") // the rest is of subtests
	nobodys, err := regexp.MatchString(of, "TestXq7zvk_0")
	return err == nil && !nobodys
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
