package policy

// Noise is what was seen to disturb the measuring of one benchmark. The zero value says that nothing was looked for, as of saved
// results.
type Noise struct {
	Method   string  // how the sides were measured: "duet", "whole runs"; empty: apart
	Rounds   int     // so many pairs
	Launches int     // starts of each side
	Seconds  float64 // of measuring
	// Operations are those of a turn, requests or iterations, and Turn is about how many seconds it took, with what a benchmark does
	// before its timer; the medians of all rounds. 0 where there are no turns.
	Operations int
	Turn       float64
	// Stalls are turns that took over 1 ms longer than their like with no more CPU time, per second of measuring: held up by the
	// host or by a neighbour.
	Stalls   float64
	Switches float64 // involuntary context switches of the benchmark processes, per second
	// Alternation is how much longer a turn took after one of the other side's than after one of its own, in percent: what
	// the caches lost to the other's working set.
	Alternation float64
	Steal       float64 // percent of the machine's CPU time that its host took away
	Busy        float64 // percent of the machine's CPU time that was in use, the benchmark's own included
	Load        float64 // load average of the last minute, when the measuring began
}

// SawTurns reports whether single turns were watched, as only a duet can.
func (n Noise) SawTurns() bool { return n.Method == "duet" }

// SawMachine reports whether the system told of its CPUs: then they were in use, at least by the benchmark.
func (n Noise) SawMachine() bool { return n.Busy != 0 }
