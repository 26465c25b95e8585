// Package sim puts the gate on two servers and the load generator before a simulator of vLLM that others wrote, with its own HTTP
// server: llm-d-inference-sim, which waits where a model would compute. It is a module of its own, so that nobody else pays for the
// simulator, and has nothing but tests. They need no network once the module is there.
//
//	cd workload/serving/sim && go test .
package sim
