//go:build !unix || aix || solaris

package duet

import "time"

const capabilities Capabilities = 0

func usage() (cpu time.Duration, switches int64) { return 0, 0 }
