package measure

import (
	"regexp"
	"strings"
)

// Pattern is the pattern of go test that matches the test or benchmark of that name and no other.
func Pattern(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

// pattern is the -bench pattern that matches the named benchmark and no other.
func pattern(name string) string { return Pattern("Benchmark" + name) }
