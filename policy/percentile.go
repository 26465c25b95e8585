package policy

import (
	"regexp"
	"strconv"
)

var percentile = regexp.MustCompile(`^p(\d+(?:\.\d+)?)(?:-(.+))?-ns$`)

// Percentile is which percentile of times a metric of this unit is, above 0 and up to 100, and of which stage; of the whole request
// the stage is empty: "p95-ns" is the 95th, "p99.9-model-ns" the 99.9th of stage "model".
func Percentile(unit string) (percent float64, stage string, ok bool) {
	m := percentile.FindStringSubmatch(unit)
	if m == nil {
		return 0, "", false
	}
	percent, err := strconv.ParseFloat(m[1], 64)
	if err != nil || percent <= 0 || percent > 100 {
		return 0, "", false
	}
	return percent, m[2], true
}
