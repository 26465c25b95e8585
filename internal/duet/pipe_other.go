//go:build !unix || aix || solaris

package duet

import "errors"

// errNoPipes is why there is no duet here. A gate runs whole processes in turn instead.
var errNoPipes = errors.New("pipes cannot be inherited by descriptor on this system")

var errFull = errors.New("it does not read what it is granted")

type pipe int

func (pipe) Read([]byte) (int, error) { return 0, errNoPipes }

func (pipe) Write([]byte) (int, error) { return 0, errNoPipes }

func inherit(pipe) error { return errNoPipes }
