package server

import "net"

// Serve serves what a test listens on.
func (s *Server) Serve(l net.Listener) { s.serve(l) }
