// Package ratename says how the rate of a load is written in a benchmark's name: rate=20 and rate=0.5, in requests per second.
package ratename

import (
	"regexp"
	"strconv"
)

// Of is the part of a name that says the rate: "rate=20" of 20. It has no exponent, whatever the rate.
func Of(perSecond float64) string { return "rate=" + strconv.FormatFloat(perSecond, 'f', -1, 64) }

var form = regexp.MustCompile(`(^|/)rate=(\d+(?:\.\d+)?)(/|$)`)

// Cut takes the first rate out of a benchmark's name: "Serving/case=x" and 20 of "Serving/case=x/rate=20". It is not ok if the name
// has no rate, or one that is no decimal number.
func Cut(name string) (rest string, perSecond float64, ok bool) {
	at := form.FindStringSubmatchIndex(name)
	if at == nil {
		return name, 0, false
	}
	perSecond, err := strconv.ParseFloat(name[at[4]:at[5]], 64)
	if err != nil { // it is larger than any number
		return name, 0, false
	}
	before, slash, after := name[:at[0]], name[at[6]:at[7]], name[at[1]:]
	if before == "" {
		return after, perSecond, true
	}
	return before + slash + after, perSecond, true
}
