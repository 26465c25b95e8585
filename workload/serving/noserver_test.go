//go:build !unix

package serving

// serverEnv is never set here: the benchmarks with a server of its own measure on Unix only.
const serverEnv = "SERVING_TEST_SERVER"

func serve() { panic("no server of its own on this system") }
