package saved

import (
	"regexp"
	"strings"

	"github.com/tailgate-go/tailgate/internal/benchdata"
)

// filter is a pattern of go test -bench or -skip: alternatives, each with a regular expression for every element of a name between
// slashes, read as testing reads it (testing/match.go, Go 1.26).
type filter [][]*regexp.Regexp

func parseFilter(pattern string) (filter, error) {
	f := filter{nil}
	add := func(element string) error {
		re, err := regexp.Compile(strings.ReplaceAll(element, " ", "_"))
		last := len(f) - 1
		f[last] = append(f[last], re)
		return err
	}
	brackets, parentheses, from := 0, 0, 0
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\':
			i++
		case c == '[':
			brackets++
		case c == ']':
			brackets = max(brackets-1, 0)
		case brackets > 0:
		case c == '(':
			parentheses++
		case c == ')':
			parentheses--
		case (c == '/' || c == '|') && parentheses == 0:
			if err := add(pattern[from:i]); err != nil {
				return nil, err
			}
			if c == '|' {
				f = append(f, nil)
			}
			from = i + 1
		}
	}
	return f, add(pattern[from:])
}

// CheckPattern says what is wrong with a pattern of go test -bench; nil when nothing is.
func CheckPattern(pattern string) error {
	_, err := parseFilter(pattern)
	return err
}

// matches reports whether the pattern means the benchmark of that name, and not only sub-benchmarks that it might have.
func (f filter) matches(name string) bool {
	elements := strings.Split(name, "/")
	for _, alternative := range f {
		shared := min(len(alternative), len(elements))
		matches := true
		for i, element := range elements[:shared] {
			matches = matches && alternative[i].MatchString(element)
		}
		if matches { // the first that matches decides
			return len(alternative) <= len(elements)
		}
	}
	return false
}

// Select is the set with only the benchmarks that go test would measure with these patterns for -bench and -skip.
func Select(set *benchdata.Set, bench, skip string) (*benchdata.Set, error) {
	wanted, err := parseFilter(bench)
	if err != nil {
		return nil, err
	}
	unwanted, err := parseFilter(skip)
	if err != nil {
		return nil, err
	}
	some := *set
	some.Benchmarks = nil
	for _, b := range set.Benchmarks {
		name := "Benchmark" + b.Name
		if wanted.matches(name) && (skip == "" || !unwanted.matches(name)) {
			some.Benchmarks = append(some.Benchmarks, b)
		}
	}
	return &some, nil
}
