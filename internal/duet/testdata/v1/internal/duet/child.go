package duet

import "os"

// ChildEnv names the environment variable that tells a test binary that a gate started it.
const ChildEnv = "TAILGATE_CHILD"

// IsChild reports whether a gate started this process. A gate in such a process keeps quiet: the one that started it judges.
func IsChild() bool { return os.Getenv(ChildEnv) != "" }
