//go:build !linux

package serving

import "net"

// direct leaves a connection as it is: what it saves was measured on Linux.
func direct(c net.Conn) (net.Conn, error) { return c, nil }
