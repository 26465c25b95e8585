// Package standin starts the embedded stack as a scenario describes the service that it loads.
package standin

import (
	"fmt"

	"github.com/tailgate-go/tailgate/internal/testbed/engine"
	"github.com/tailgate-go/tailgate/internal/testbed/gateway"
	"github.com/tailgate-go/tailgate/internal/testbed/kernel"
	"github.com/tailgate-go/tailgate/internal/testbed/stack"
	"github.com/tailgate-go/tailgate/workload/serving"
)

// Start starts the stack of a scenario at a TCP address, host:port; empty means a free port of loopback. Close what it returns.
// The error says which field of the scenario is at fault, or that the address is not to be had.
func Start(s serving.Scenario, address string) (*stack.Stack, error) {
	config := stack.Config{
		Address: address, Replicas: s.Stack.Replicas, Model: s.Model, MaxLoras: s.Stack.MaxLoras,
		Engine:  engine.Config{MaxCPULoras: s.Stack.MaxCPULoras, MaxNumSeqs: s.Stack.MaxNumSeqs, MaxModelLen: s.Stack.MaxModelLen},
		Gateway: gateway.Config{Models: map[string]gateway.Criticality{}},
	}
	for _, a := range s.Adapters {
		config.Adapters = append(config.Adapters, a.Name)
		if a.Criticality != "" {
			var c gateway.Criticality
			if err := c.UnmarshalText([]byte(a.Criticality)); err != nil {
				return nil, fmt.Errorf("adapter %s: %w", a.Name, err)
			}
			config.Gateway.Models[a.Name] = c
		}
	}
	var err error
	if config.Device, err = device(s.Stack.Device); err != nil {
		return nil, err
	}
	return stack.Start(config)
}

// Target is where a stack takes requests, with the pages of its replicas' metrics.
func Target(running *stack.Stack) serving.Target {
	target := serving.Target{URL: running.URL()}
	for _, r := range running.Replicas() {
		target.Metrics = append(target.Metrics, r.URL()+"/metrics")
	}
	return target
}

// device makes the devices of a scenario's stack.
func device(name string) (func(replica int) (engine.Device, error), error) {
	switch name {
	case "", "h100":
		return nil, nil
	case "small":
		return func(int) (engine.Device, error) { return engine.Small(), nil }, nil
	case "kernel":
		return func(int) (engine.Device, error) {
			d, err := kernel.NewDecoder(kernel.Tiny(), 1)
			if err != nil {
				return nil, err
			}
			return engine.NewKernel(d, -1), nil
		}, nil
	}
	return nil, fmt.Errorf("stack.device is %q: write \"h100\", \"small\" or \"kernel\"", name)
}
