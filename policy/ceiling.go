package policy

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// Ceiling is how far a change for the worse may go that is meant. The zero Ceiling admits nothing.
type Ceiling struct {
	// Change is above 0 for a metric that is better when lower, and below 0 for one that is better when higher: 30 is "<=+30%",
	// -20 is ">=-20%".
	Change  float64
	Percent bool // of the baseline; else Change is in the metric's unit, nanoseconds for "-ns"
}

// ceiling is how one is written. A blank may stand before the percent sign, and the plus may be left out.
var ceiling = regexp.MustCompile(`^(?:<=[ \t]*\+?|(>=)[ \t]*-)[ \t]*(\d{1,15}(?:\.\d{1,15})?)(?:[ \t]*(%))?(?:[ \t]+|$)`)

var errCeiling = errors.New("the ceiling is written <=+30% or, of a metric that is better when higher, >=-20%; " +
	"without the percent sign it is in the metric's unit")

// cutCeiling reads the ceiling that text begins with, and returns what stands behind it.
func cutCeiling(text string) (c Ceiling, rest string, err error) {
	m := ceiling.FindStringSubmatch(text)
	if m == nil {
		return c, text, errCeiling
	}
	if c.Change, err = strconv.ParseFloat(m[2], 64); err != nil || c.Change == 0 {
		return c, text, errors.New("the ceiling is 0, which accepts nothing: write a change above 0")
	}
	c.Percent = m[3] != ""
	if m[1] != "" {
		if c.Percent && c.Change > 100 {
			return c, text, errors.New("the ceiling is more than the whole baseline: write -100% or less")
		}
		c.Change = -c.Change
	}
	return c, text[len(m[0]):], nil
}

// String is the ceiling as it is written in a trailer: "<=+30%", ">=-20%", "<=+1.5".
func (c Ceiling) String() string {
	unit := ""
	if c.Percent {
		unit = "%"
	}
	number := strconv.FormatFloat(math.Abs(c.Change), 'f', -1, 64)
	if c.Change < 0 {
		return ">=-" + number + unit
	}
	return "<=+" + number + unit
}

// MarshalText is String.
func (c Ceiling) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (c *Ceiling) UnmarshalText(text []byte) error {
	read, rest, err := cutCeiling(string(text))
	if err == nil && rest != "" {
		err = errCeiling
	}
	if err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	*c = read
	return nil
}

// direction is the one that is better of the metrics that such a ceiling is for.
func (c Ceiling) direction() Direction {
	if c.Change < 0 {
		return Higher
	}
	return Lower
}

// admits reports whether a change of a metric for which direction is better goes no further than the ceiling: exactly as far is
// within. change is in the metric's unit, percent the same in percent of the baseline.
func (c Ceiling) admits(direction Direction, change, percent float64) bool {
	if direction != c.direction() || c.Change == 0 {
		return false
	}
	worse, most := change, c.Change
	if c.Percent {
		// The percentage of rounds is that of a ratio: 100 * (1.3 - 1) is more than 30 by rounding.
		worse, most = percent, 100*((100+c.Change)/100-1)
	}
	if direction == Higher {
		return worse >= min(most, c.Change)
	}
	return worse <= max(most, c.Change)
}
