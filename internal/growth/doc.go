// Package growth tells which functions cost more per request in one set of profiles than in another. A request is what the
// benchmark has for its unit of work: of one without a Recorder, an iteration.
//
// A cost is own to a function when it is that function's, or that of the standard library and the runtime below it: a function that
// begins to sort twice grows, and not sort.Sort, which half the program may call. Formally, each sample of a profile belongs to the
// innermost of its frames that lies in a module (inlined frames count as frames); a sample without one, such as the garbage
// collector's, belongs to its outermost frame. Own costs add up to the profile's total.
//
// What no request did is in no cost and no total: what the harness did below the functions of the benchmark (package testing's, and
// the gate's own, as they wait for a turn or stop the timer), and what the goroutine of main did. The set-up of a benchmark
// function is in: a stack does not tell whether the timer ran.
//
// Samples are counted events. A function seen b times in the baseline's profiles and c times in the candidate's, each over the same
// number of requests, has grown by c - b with a standard deviation of about sqrt(b + c) (Poisson), which is how a growth is told
// from the luck of sampling.
package growth
