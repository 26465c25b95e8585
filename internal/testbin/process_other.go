//go:build !unix || aix || solaris

package testbin

import "os"

func involuntarySwitches(*os.ProcessState) int64 { return 0 }

func deathBySignal(*os.ProcessState) error { return nil }
