package benchdata

import (
	"strconv"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// better is -1 where lower values of the unit are better, +1 where higher ones are, and 0 where its name does not tell. A Unit line
// wins: see [Set.Better].
func better(unit string) int {
	switch policy.DirectionOf(unit) {
	case policy.Lower:
		return -1
	case policy.Higher:
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
