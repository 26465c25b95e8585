package duet

import (
	"errors"
	"fmt"
	"strconv"
)

// accept takes an invitation of three words: the version of the protocol, and the descriptors to read from and to write to. A gate
// of another version is told this one's.
func accept(words []string) (from, to pipe, err error) {
	if len(words) != 3 {
		return -1, -1, errInvitation
	}
	var numbers [3]int
	for i, word := range words {
		n, err := strconv.ParseUint(word, 10, 16)
		if err != nil {
			return -1, -1, errInvitation
		}
		numbers[i] = int(n)
	}
	from, to = pipe(numbers[1]), pipe(numbers[2])
	for _, p := range []pipe{from, to} {
		if err := inherit(p); err != nil {
			return -1, -1, fmt.Errorf("descriptor %d: %w", p, err)
		}
	}
	if gate := uint64(numbers[0]); gate != version {
		_, _ = to.Write(finish(appendVersion(begin(nil, kindHello), version))) // the gate finds the same words
		return -1, -1, &VersionError{Gate: gate, Process: version}
	}
	return from, to, nil
}

var errInvitation = errors.New("not a version and two descriptors")
