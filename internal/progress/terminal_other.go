//go:build !unix

package progress

import "os"

// terminalWidth is not known here.
func terminalWidth(*os.File) (columns int, ok bool) { return 0, false }
