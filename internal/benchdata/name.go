package benchdata

import (
	"regexp"
	"strconv"
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

// splitProcs parts "Serve-2" into name and GOMAXPROCS. The testing package writes no suffix for 1, so that a name that
// itself ends in digits is taken for one with a suffix then, on both sides alike.
func splitProcs(printed string) (name string, procs int) {
	i := len(printed)
	for i > 0 && '0' <= printed[i-1] && printed[i-1] <= '9' {
		i--
	}
	const digits = 5 // more are a date or a seed, not processors
	suffix := printed[i:]
	if i == 0 || printed[i-1] != '-' || suffix == "" || len(suffix) > digits || suffix[0] == '0' || suffix == "1" {
		return printed, 1
	}
	procs, err := strconv.Atoi(suffix)
	if err != nil {
		return printed, 1
	}
	return printed[:i-1], procs
}

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
