package duet

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
)

// Join returns this process's seat in a duet: nil if no gate invited it. There is one for the whole process, however often
// a benchmark function is called. An error says why there can be no duet.
var Join = sync.OnceValues(func() (*Seat, error) {
	value := os.Getenv(InvitationEnv)
	if value == "" {
		return nil, nil
	}
	s, err := join(value)
	if err != nil {
		return nil, fmt.Errorf("environment variable %s=%q: %w", InvitationEnv, value, err)
	}
	return s, os.Unsetenv(InvitationEnv)
})

func join(value string) (*Seat, error) {
	words := strings.Fields(value)
	if len(words) != 3 {
		return nil, errInvitation
	}
	var numbers [3]int
	for i, word := range words {
		n, err := strconv.ParseUint(word, 10, 16)
		if err != nil {
			return nil, errInvitation
		}
		numbers[i] = int(n)
	}
	from, to := pipe(numbers[1]), pipe(numbers[2])
	for _, p := range []pipe{from, to} {
		if err := inherit(p); err != nil {
			return nil, fmt.Errorf("descriptor %d: %w", p, err)
		}
	}
	if gate := uint64(numbers[0]); gate != version {
		_, _ = to.Write(finish(appendVersion(begin(nil, kindHello), version))) // the gate finds the same words
		return nil, &VersionError{Gate: gate, Process: version}
	}
	return newSeat(from, to), nil
}

var errInvitation = errors.New("not a version and two descriptors")
