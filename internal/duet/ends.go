package duet

import "errors"

var (
	// ErrEnd means that the gate has ended the duet: nothing is wrong.
	ErrEnd = errors.New("the gate has ended the duet")
	// ErrGateGone means that the gate's ends of the pipes were closed without an end being said.
	ErrGateGone = errors.New("the gate that started this process is gone")
)
