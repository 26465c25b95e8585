package policy

import "strings"

// Direction tells which way a metric is better. Where a rule names none it is what the results declare, in Unit lines,
// or what is known of the unit: times, B/op and allocs/op are better when lower, what ends in "/s" when higher.
type Direction string

const (
	Lower  Direction = "lower"
	Higher Direction = "higher"
)

// DirectionOf tells which way a unit is better; empty when nothing is known of it.
func DirectionOf(unit string) Direction {
	switch {
	case IsTime(unit), unit == "B/op", unit == "allocs/op", unit == "sec/op":
		return Lower
	case strings.HasSuffix(unit, "/s"):
		return Higher
	}
	return ""
}

// opposite is the other direction.
func opposite(d Direction) Direction {
	if d == Higher {
		return Lower
	}
	return Higher
}
