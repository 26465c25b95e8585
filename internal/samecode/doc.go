// Package samecode tells whether two test binaries run the same code for a benchmark, but for addresses.
//
// A binary keeps little of what that question needs: a linked pointer is a number like any other, and where a string or a type ends
// is no longer told. What the binary was linked from has it all. The go command keeps each compiled package in its cache (`go list
// -test -deps -export`), and there each function and each datum is a symbol of its own: its bytes, with holes where addresses go,
// and for each hole what it refers to. Two symbols are the same if their bytes, their holes and, in turn, all that the holes refer
// to are. Names do not matter. So no instruction is decoded, and any processor and system will do.
//
//	sides, err := samecode.Load(baseline, candidate)
//	...
//	result, err := sides.Compare("example.com/shop", "BenchmarkOrder")
//	if err == nil && result.Same() { ... }
//
// What is compared is all that may run: the benchmark, the start of the test and the initialization of every package, and whatever
// these refer to: calls, closures, tables, types and their methods, variables with their first values. A method counts if its type
// is reached and a call through any interface has its name. C code is compared as a whole. The standard library must be one to the
// byte.
//
// Some changes that no benchmark would run count all the same: a method more on a type that is reached, or a variable more that is
// set when its package is initialized. The same does not mean as fast: the code lies elsewhere, and what it reads from files or
// from the environment is not code.
package samecode
