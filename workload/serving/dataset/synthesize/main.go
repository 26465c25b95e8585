// Command synthesize makes up a dataset in the form of the regression guide's, of the style, size and seed given:
//
//	go run ./workload/serving/dataset/synthesize sharegpt 64 7 > sharegpt.json
//
// Only conversations that the guide's load generator keeps (4 to 1024 tokens a side) are written; with a fourth argument, "all".
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

var errUsage = errors.New("usage: synthesize sharegpt|billsum|infinity-instruct CONVERSATIONS SEED [all]")

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func run(to io.Writer, args []string) error {
	filter := dataset.LoadGenerator(1024, 1024)
	if len(args) == 4 && args[3] == "all" {
		filter, args = dataset.Filter{}, args[:3]
	}
	if len(args) != 3 {
		return errUsage
	}
	style, err := styleOf(args[0])
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(args[1])
	if err != nil || n < 1 {
		return errUsage
	}
	seed, err := strconv.ParseUint(args[2], 10, 64)
	if err != nil {
		return errUsage
	}
	return synthesize(to, style, n, filter, seed)
}
