package duet

import "os"

// TargetEnv names the environment variable in which a gate tells a benchmark process which server to measure.
// Only the gate sets it: both sides' environments are cleared of it first.
const TargetEnv = "TAILGATE_TARGET"

// TargetUnit is the metric of a benchmark that has asked for its target.
const TargetUnit = "targets"

// TargetFromEnv is the server to measure; empty when none was named.
func TargetFromEnv() string { return os.Getenv(TargetEnv) }
