package benchdata

import (
	"strconv"
	"strings"
)

// better returns what the name of a unit says about its direction: -1 if lower values are better, +1 if higher, 0 if
// it says nothing. Times are lower ("ns/op", "p95-model-ns", "ns/tok"), as are "B/op", "allocs/op" and counts of what
// went wrong ("errors", "timeouts/s"); rates are higher ("MB/s", "req/s", "tok/min"). A Unit line wins: see
// [Set.Better].
func better(unit string) int {
	switch unit {
	case "B/op", "allocs/op":
		return -1
	}
	rate := false
	for tok, per := range tokens(unit) {
		switch {
		case !per && isTime(tok), !per && isFault(tok):
			return -1
		case per && (isTime(tok) || tok == "min"):
			rate = true
		}
	}
	if rate {
		return +1
	}
	return 0
}

// splitQuantile returns the quantile, between 0 and 1 exclusive, that a unit names: 0.95 for "p95-ns", 0.999 for "p99.9-model-ns";
// and the unit without the quantile, which is the same for all quantiles of one quantity: "-model-ns" for "p50-model-ns" and for
// "p99-model-ns". Not ok if it names none.
func splitQuantile(unit string) (q float64, rest string, ok bool) {
	pos := 0
	for tok, per := range tokens(unit) {
		pos += strings.Index(unit[pos:], tok)
		if q, ok := quantile(tok); ok && !per {
			return q, unit[:pos] + unit[pos+len(tok):], true
		}
		pos += len(tok)
	}
	return 0, "", false
}

// quantile parses "p95" or "P99.9".
func quantile(tok string) (float64, bool) {
	const longest = 32
	if len(tok) < 2 || len(tok) > longest || tok[0] != 'p' && tok[0] != 'P' {
		return 0, false
	}
	if strings.Trim(tok[1:], "0123456789.") != "" {
		return 0, false
	}
	// Shifting the decimal point in the text rounds once: 99.9/100 would not be 0.999.
	q, err := strconv.ParseFloat(tok[1:]+"e-2", 64)
	return q, err == nil && q > 0 && q < 1
}

// tokens yields the words of a unit and whether each stands below the fraction bar, by the rule of benchunit (the
// bar holds until a "*"), but also parts words at "_": "p95_ms" is a time to its reader.
func tokens(unit string) func(yield func(tok string, per bool) bool) {
	return func(yield func(string, bool) bool) {
		per := false
		for unit != "" {
			end := strings.IndexAny(unit, "-*/_")
			tok, sep, rest := unit, byte(0), ""
			if end >= 0 {
				tok, sep, rest = unit[:end], unit[end], unit[end+1:]
			}
			if tok != "" && !yield(tok, per) {
				return
			}
			switch sep {
			case '/':
				per = true
			case '*':
				per = false
			}
			unit = rest
		}
	}
}

func isTime(tok string) bool {
	switch tok {
	case "ns", "us", "µs", "μs", "ms", "s", "sec":
		return true
	}
	return false
}

func isFault(tok string) bool {
	switch tok {
	case "errors", "failures", "timeouts", "drops", "retries":
		return true
	}
	return false
}
