//go:build !linux || race

package serving

import "net"

// direct leaves a connection as it is: what it saves was measured on Linux. The race detector knows what a read of a socket comes
// after only where the runtime is told of it.
func direct(c net.Conn) (net.Conn, error) { return c, nil }
