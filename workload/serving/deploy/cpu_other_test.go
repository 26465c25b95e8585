//go:build !unix

package deploy

import "time"

// cpu is the CPU time of this process so far; 0: not known.
func cpu() time.Duration { return 0 }
