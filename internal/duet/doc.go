// Package duet is what a gate and the benchmark processes that it starts say to each other.
//
// A gate speaks first, through the environment of the process: [ChildEnv] says that a gate started it, [SmokeEnv] that it only
// wants to see whether its benchmarks run, [PlantEnv] the slowdown to plant in its requests so that the gate can be seen to go red,
// and [InvitationEnv] invites it to a duet. [FootprintEnv] asks what its benchmarks use and leave.
//
// # A duet
//
// In a duet two processes, the baseline's and the candidate's, live side by side and serve requests in turn: while one serves, the
// other waits in a read from its pipe and burns nothing. A disturbance of the machine then hits both alike, and pairs of turns
// can be compared where two heaps of runs could not. The gate decides who serves how much, and when:
//
//	invitation, err := duet.Invite()
//	process, err := binary.Start(ctx, testbin.RunOptions{Files: invitation.Files, Env: []string{invitation.Env()}, Args: args})
//	peer, err := invitation.Open(ctx)             // returns when the process is ready to be measured
//	result, err := peer.Grant(ctx, duet.Turn{Requests: 10})
//	totals, err := peer.End(ctx)
//	output, err := process.Wait()                 // cleaned up, profiles written, status 0
//
// The process is a test binary with one benchmark to run, and more iterations than it will ever need:
//
//	-test.bench='^BenchmarkChat$' -test.benchtime=1000000000x
//
// workload.Recorder plays its part, with no change to the benchmark.
//
// # Words
//
// A process takes its seat at the first request that is to be counted: it says hello, and waits. All that comes before (loading,
// Recorder.Warmup, the first call with b.N = 1 of a benchmark that is not written with b.Loop) is done by then, so a gate that
// has opened both peers and granted nothing has a quiet machine.
//
// A turn is a number of requests, at most so many begun and all of them ended. It begins when the process has read the grant and
// ends when the benchmark comes for its next request, so that what a benchmark does between two requests is done in its own turn.
// If goroutines of the benchmark are waiting for the next turn already, it ends when its last request does. A warm-up
// turn is like any other, but leaves no trace in the totals.
//
// The end is the gate's: the process says what it allocated, and the benchmark is skipped (b.SkipNow) on the goroutine that
// came for a request, so that clean-up runs and profiles are written. Goroutines of b.RunParallel end likewise, and so do other
// goroutines; a benchmark that starts a goroutine for each request under b.Loop never notices, and must be killed.
//
// # Plain turns
//
// A benchmark without a Recorder takes plain turns: of so many iterations, not requests. Package testing itself has the seat then,
// a [PlainSeat], in a test binary that the gate builds with hooks in that package (see internal/overlay). The gate invites with
// [PlainEnv] in place of [InvitationEnv] and names the benchmark, so a Recorder and the hooks never want the same seat. It opens
// the peer as above, and lets it take turns with [Peer.GrantPlain].
//
// The process takes its seat after one iteration of b.Loop, or after the call with b.N = 1. At the end b.Loop returns false, or a
// b.N function is not called again: the benchmark ends as any other, and its result line is of all turns.
//
// # Frames
//
//	length uint32, little endian, of the body
//	kind   byte
//	body   integers as unsigned varints; a text is its length and its bytes, a list its length and its values
//
//	process -> gate   'H' hello    magic, version, pid, GOMAXPROCS, capabilities, benchmark
//	gate -> process   'T' turn     number, requests, flags (1: warm-up)
//	gate -> process   'N' turn     number, iterations, flags (1: warm-up): a plain turn
//	process -> gate   'M' result   number, what was measured: see PlainResult
//	process -> gate   'R' result   number, what was measured: see Result
//	process -> gate   'F' failure  text
//	gate -> process   'E' end
//	process -> gate   'A' account  see Totals; the answer to end
//
// Nothing is taken on trust: a frame has a most for its kind, memory grows with what has come and not with what is announced,
// lists are counted against what was granted and times against the gate's own clock. A peer that stalls, dies, lies or speaks
// another version is an error in words. It is never a hang.
//
// # Where the gate sits
//
// The goroutine that grants turns should hold a CPU: see [HoldCPU], which has the figures. It matters more than the length of a
// turn.
//
// Windows does not inherit pipes by descriptor: there [Invite] and [Join] say so, and a gate runs whole processes in turn.
package duet
