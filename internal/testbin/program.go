package testbin

// Program is a program that has benchmarks though it is no test binary: it takes the flags of package testing and prints what that
// prints. It runs in dir.
func (s *Scratch) Program(path, dir string) (*Binary, error) {
	b := &Binary{Path: path, Dir: dir, NoTurns: "it is no test binary", scratch: s}
	return b, b.identify()
}
