package duet

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// errNoFootprint means that a process printed no footprint of a benchmark.
var errNoFootprint = errors.New("no footprint was printed: the benchmark did not come to its end")

// ReadFootprint reads what a test binary printed of a benchmark's footprint: the last that AppendFootprint made of it.
func ReadFootprint(output []byte, benchmark string) ([]Metric, error) {
	begin := []byte("\n" + footprintPrefix + benchmark)
	for {
		at := bytes.LastIndex(output, begin)
		if at < 0 {
			return nil, errNoFootprint
		}
		line, _, whole := bytes.Cut(output[at+len(begin):], []byte("\n"))
		if whole && (len(line) == 0 || line[0] == '\t') { // not of another, whose name only begins so
			return decodeFootprint(string(line))
		}
		output = output[:at]
	}
}

func decodeFootprint(line string) (all []Metric, err error) {
	for field := range strings.SplitSeq(strings.TrimPrefix(line, "\t"), "\t") {
		text, unit, _ := strings.Cut(field, " ")
		value, err := strconv.ParseFloat(text, 64)
		switch {
		case err != nil || !(value >= 0) || math.IsInf(value, 0):
			return nil, fmt.Errorf("a footprint that cannot be: %q", field)
		case !slices.Contains(FootprintUnits(), unit):
			return nil, fmt.Errorf("a footprint of %q, which nobody asked for", unit)
		case slices.ContainsFunc(all, func(m Metric) bool { return m.Unit == unit }):
			return nil, fmt.Errorf("a footprint with %s twice", unit)
		}
		all = append(all, Metric{unit, value})
	}
	return all, nil
}
