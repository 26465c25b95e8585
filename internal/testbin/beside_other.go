//go:build !linux

package testbin

// Rest says nothing on this system, where no gate waits for what runs beside it but at the lock.
func Rest() (done func()) { return func() {} }

// Beside is not known on this system.
func Beside() int { return 0 }
