//go:build !linux

package duet

// HoldCPU ties the calling goroutine to a CPU where the system is Linux. Elsewhere cpu is -1 and nothing is held.
func HoldCPU() (cpu int, release func()) { return -1, func() {} }
