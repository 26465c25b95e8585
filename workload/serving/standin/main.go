// Standin runs the embedded inference stack as a scenario describes it, for a trial of the load and of a gate without a model:
//
//	go run github.com/tailgate-go/tailgate/workload/serving/standin@latest chat.json 127.0.0.1:8001 127.0.0.1:8002
//
// Without the scenario it is one replica with the model llama. At each address there is a stack of its own; without one it is at a
// free port of loopback. It says where each takes requests, and does so until it is interrupted.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/tailgate-go/tailgate/internal/testbed/standin"
	"github.com/tailgate-go/tailgate/workload/serving"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "standin: "+err.Error())
		os.Exit(1)
	}
}

const usage = `usage: standin [scenario.json] [address ...]

Runs the embedded inference stack as the scenario describes it, one at each address, until it is
interrupted. Without a scenario it is one replica with the model llama; without an address it is
at a free port of loopback.

	standin 127.0.0.1:8001 127.0.0.1:8002
`

func run(ctx context.Context, args []string) (err error) {
	for _, arg := range args {
		switch {
		case arg == "-h" || arg == "-help" || arg == "--help":
			fmt.Print(usage)
			return nil
		case strings.HasPrefix(arg, "-"):
			return fmt.Errorf("%s: there are no flags but -h: write a scenario's file and addresses", arg)
		}
	}
	s, addresses := serving.Scenario{Name: "standin", Model: "llama"}, args
	if len(args) > 0 && filepath.Ext(args[0]) == ".json" {
		if s, err = serving.OpenScenario(args[0]); err != nil {
			return err
		}
		addresses = args[1:]
	}
	if len(addresses) == 0 {
		addresses = []string{""}
	}
	for _, address := range addresses {
		running, failed := standin.Start(s, address)
		if failed != nil {
			return failed
		}
		defer func() { err = errors.Join(err, running.Close()) }()
		fmt.Printf("%s of scenario %s takes requests at %s\n", s.Model, s.Name, running.URL())
	}
	<-ctx.Done()
	return nil
}
