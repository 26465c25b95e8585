//go:build !linux

package duet

// HoldCPU ties the calling goroutine to a CPU where the system is Linux. Elsewhere nothing is held.
func HoldCPU() (release func()) { return func() {} }
