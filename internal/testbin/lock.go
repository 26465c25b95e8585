package testbin

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// LockPath is where gates of one user on one machine meet: tailgate-UID.lock in the system's folder for temporary files.
// Gates with different TMPDIR do not see each other.
func LockPath() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("tailgate-%d.lock", os.Getuid()))
}

// holder describes this process to those who wait for it.
func holder(now time.Time) string {
	return fmt.Sprintf("process %d, since %s", os.Getpid(), now.Format(time.RFC3339))
}
