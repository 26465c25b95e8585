package testbin

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// LockEnv is the variable that names another file for the lock: of containers that share a host, one in a folder that all of them
// mount.
const LockEnv = "TAILGATE_LOCK"

// LockPath is where the gates of one machine meet, of all its users: /tmp/tailgate.lock, whatever TMPDIR says, or the file that
// LockEnv names. Where nobody can write to /tmp it is in the system's folder for temporary files. Gates in containers that have a
// /tmp of their own do not see each other.
func LockPath() string {
	if path := os.Getenv(LockEnv); path != "" {
		return path
	}
	dir := "/tmp"
	if !isWritable(dir) {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "tailgate.lock")
}

// holder describes this process to those who wait for it.
func holder(now time.Time) string {
	return fmt.Sprintf("process %d, since %s", os.Getpid(), now.Format(time.RFC3339))
}
