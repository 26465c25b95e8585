// Package peer compares the load generator with vegeta, a public one in Go, in one run: the same server, the same requests,
// the same times, replies in one piece and in 21 events. It is a module of its own, so that nobody else pays for vegeta, and has
// nothing but tests:
//
//	cd workload/serving/peer && go test -run '^$' -bench . -benchtime 7x
package peer
