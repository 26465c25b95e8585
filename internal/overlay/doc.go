// Package overlay makes package testing take turns: it writes an overlay for the go command, in which that package has the seat of
// a duet.
//
//	overlay, err := overlay.Write(dir, goroot, nil)
//	go test -c -trimpath -overlay overlay -o x.test .
//
// A binary that is built so behaves as any other, unless a gate invites it to plain turns (see internal/duet). Then its benchmark
// runs when the gate says so, and for as many iterations. The benchmark is not changed and imports nothing:
//
//   - A b.Loop function is set up once. When its iterations are used up, b.Loop waits for the next turn, with the timer
//     stopped. Nothing is added to b.Loop while there are some left.
//   - A b.N function is called once for each turn, with no garbage collection forced before.
//
// In what a gate starts (see duet.ChildEnv) testing.Verbose is false, as under go test -bench, though -test.v is set.
//
// Where a gate asks for it (see duet.Footprint), each benchmark also reports what its process has used and what it has left itself,
// in turns or not.
//
// The places in package testing are found by their syntax: the methods stopOrScaleBLoop, launch and runN of B, in any file of the
// package, and the function Verbose with its calls. They get another name, and runN calls another function. What stands in their
// place is in hook.go.txt. No line moves. Where a release of Go has them otherwise the error is [ErrNoFit]. Where only their
// meaning differs, the build fails or no turn is taken.
//
// Package internal/testlog, through which package os tells what a test reads, keeps what is read before there is a log where a gate
// asks for it, and in which folder: see [EarlyEnv].
//
// The same GOROOT gives the same binaries, wherever the overlay lies: build them with -trimpath.
package overlay
