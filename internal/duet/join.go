package duet

import (
	"fmt"
	"os"
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
	from, to, err := accept(strings.Fields(value))
	if err != nil {
		return nil, err
	}
	return newSeat(from, to), nil
}
