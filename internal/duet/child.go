package duet

import "os"

// ChildEnv names the environment variable that tells a test binary that a gate started it.
const ChildEnv = "TAILGATE_CHILD"

// SmokeEnv names the environment variable that tells a test binary that its only run is looked at for what it reports and whether
// it succeeds, not for how long it took.
const SmokeEnv = "TAILGATE_SMOKE"

// IsSmoke reports whether nobody will look at how long this process takes, so that there is nothing to warm up for.
func IsSmoke() bool { return os.Getenv(SmokeEnv) != "" }

// IsChild reports whether a gate started this process. A gate in such a process keeps quiet: the one that started it judges.
func IsChild() bool { return os.Getenv(ChildEnv) != "" }
