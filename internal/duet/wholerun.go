package duet

import "os"

// What a benchmark that a gate measures in whole runs says of them, as metrics: the first two in the smoke run, the last in a run
// of a gate that sets WholeRunEnv.
const (
	RoundUnit     = "round-requests" // how many requests a run is to have
	RoundTimeUnit = "round-ns"       // how long those take at least, by their schedule
	LateUnit      = "late"           // 1: the load generator was late, so that the run must not be judged
)

// WholeRunEnv names the environment variable that tells a benchmark process that its gate measures a run again that was late.
const WholeRunEnv = "TAILGATE_WHOLE_RUN"

// HandoverEnv names the environment variable in which a gate tells processes that make one run each by which file they hand on what
// they have measured. The first of them finds no such file.
const HandoverEnv = "TAILGATE_HANDOVER"

// IsWholeRun reports whether a gate measures this run again if it was late.
func IsWholeRun() bool { return os.Getenv(WholeRunEnv) != "" }
