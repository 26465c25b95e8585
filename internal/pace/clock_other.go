//go:build !linux

package pace

func newClock() (clock, error) { return newTimer(), nil }
