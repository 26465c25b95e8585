//go:build !linux

package duet

import "runtime"

// CannotTell says why this system does not tell a unit of a footprint; empty: it does.
func CannotTell(unit string) string {
	if unit == PeakRSSUnit {
		return "it is known on Linux only, and this is " + runtime.GOOS
	}
	return ""
}

func peakRSS() (float64, bool) { return 0, false }
