// Tailgate is a gate that needs no code: it measures plain benchmarks of any module, which need not know of it, and inference
// servers under the load of a scenario.
//
//	go install github.com/tailgate-go/tailgate/regress/tailgate@latest
//	tailgate ./...
//
// Its exit status says what it found; go run makes 1 of every status but 0. With -h it says how it is used. In tests regress.Check
// is the same gate.
package main

import (
	"fmt"
	"os"

	"github.com/tailgate-go/tailgate/regress"
)

func main() {
	s, ok, err := asked()
	if err == nil && ok {
		err = measure(s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(regress.Command(os.Args[1:], regress.Loader{Flags: loadFlags, Load: load}))
}
