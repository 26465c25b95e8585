package growth

import "strings"

// planted is the function of package testing, as a gate builds it, that burns a slowdown planted in a benchmark without a Recorder:
// that is the one thing the gate does which is meant to be found.
const planted = "testing.tailgate_burn"

// isHarness reports whether a function does what no request did, with all that it calls: the gate's own functions, and those of
// testing.B that run a benchmark or stop its timer. Loop is none of them: most of its passes are within the time measured.
func isHarness(function string) bool {
	const tailgate = "github.com/tailgate-go/tailgate/"
	switch function {
	case planted, "testing.(*B).Loop":
		return false
	}
	for _, prefix := range [...]string{
		tailgate + "internal/duet.(*Seat).", tailgate + "workload.(*Recorder).",
		"testing.tailgate_", "testing.(*tailgate_", "testing.(*B).",
	} {
		if strings.HasPrefix(function, prefix) {
			return true
		}
	}
	return false
}
