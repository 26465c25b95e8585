package duet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
)

// Speaks reports whether a test binary can take part in duets: whether a Recorder of a release that knows them is linked into it. A
// baseline may be older, and its benchmark would run through its billion iterations and never say hello. Which version of the
// protocol it speaks shows when it is opened.
//
// The names of a program's functions are in it, stripped or not, and only who takes a seat has this one: the linker leaves it out
// of a gate.
func Speaks(binary string) (bool, error) {
	f, err := os.Open(binary)
	if err != nil {
		return false, err
	}
	defer f.Close()
	// Put together when asked, so as not to be found in who asks.
	name := []byte(strings.Join([]string{"tailgate/internal/duet.(*Seat)", "wait\x00"}, "."))
	r := bufio.NewReaderSize(f, 1<<20)
	for {
		window, err := r.Peek(r.Size())
		if bytes.Contains(window, name) {
			return true, nil
		}
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if _, err := r.Discard(len(window) - len(name)); err != nil {
			return false, err
		}
	}
}
