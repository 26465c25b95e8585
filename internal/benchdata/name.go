package benchdata

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// String returns the name as go test prints it, without "Benchmark": "Serve/workload=prefill-2".
func (b Benchmark) String() string {
	if b.Procs > 1 {
		return b.Name + "-" + strconv.Itoa(b.Procs)
	}
	return b.Name
}

// splitProcs parts "Serve-2" into name and GOMAXPROCS, as benchstat does. The testing package writes no suffix for 1, so that of a
// name that itself ends in digits this is one of two readings: see reading.
func splitProcs(printed string) (name string, procs int) {
	i := strings.LastIndexByte(printed, '-')
	if i < 0 {
		return printed, 1
	}
	if procs = procsIn(printed[i:]); procs == 0 {
		return printed, 1
	}
	return printed[:i], procs
}

// procsIn is the GOMAXPROCS that a suffix such as "-2" says; 0 if it says none.
func procsIn(suffix string) (procs int) {
	const digits = 5 // more are a date or a seed, not processors
	if len(suffix) < 2 || len(suffix) > 1+digits || suffix[0] != '-' || suffix[1] == '0' {
		return 0
	}
	for _, c := range []byte(suffix[1:]) {
		if c < '0' || '9' < c {
			return 0
		}
		procs = 10*procs + int(c-'0')
	}
	if procs == 1 {
		return 0
	}
	return procs
}

// isSuffix reports whether a benchmark's own name may stand before this in a printed one.
func isSuffix(s string) bool { return s == "" || procsIn(s) > 0 }

// isName reports whether a name that go test prints after "Benchmark" may begin with this rune: a test function's name
// does not go on with a lower-case letter there, so that "Benchmarking ..." and "Benchmark: ..." are prose. What is not
// UTF-8 counts as a name, to be refused as one.
func isName(first rune) bool {
	switch first {
	case '_', '-', '/', utf8.RuneError:
		return true
	}
	return unicode.IsDigit(first) || unicode.IsLetter(first) && !unicode.IsLower(first)
}

// Forms of a result line: one that may stand behind other output, and one whose name is no name.
var (
	resultInside  = regexp.MustCompile(`Benchmark(?:[^\sa-z]\S*)?[ \t]+\d+[ \t]+[-+.\dNI]\S*[ \t]+\S`)
	resultUnnamed = regexp.MustCompile(`^Benchmark\S*[ \t]+\d+[ \t]+[-+.\dNI]\S*[ \t]+\S`)
)
