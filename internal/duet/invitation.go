package duet

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// InvitationEnv names the environment variable that invites a process to a duet: the version of the protocol, and the descriptors
// to read from and to write to. The process removes it, so that what the process starts is not invited too.
const InvitationEnv = "TAILGATE_DUET"

// Invitation is the pipes to one process that is yet to start. Start the process with its files and its variable, then Open.
type Invitation struct {
	// Files are to be descriptors 3 and 4 of the process.
	Files []*os.File
	r, w  *os.File
}

// Invite makes the pipes. Where a process cannot inherit them, as on Windows, it says so.
func Invite() (*Invitation, error) {
	fromGate, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	r, toGate, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, fromGate.Close(), w.Close())
	}
	i := &Invitation{Files: []*os.File{fromGate, toGate}, r: r, w: w}
	if _, err := descriptor(r); err != nil {
		i.Close()
		return nil, fmt.Errorf("no duet: %w", err)
	}
	return i, nil
}

// Env is the variable for the environment of the process.
func (i *Invitation) Env() string { return fmt.Sprintf("%s=%d 3 4", InvitationEnv, version) }

// PlainEnv is the variable that invites the process to take plain turns with the benchmark of that name, in place of Env. The
// process must be of a test binary that is built for them.
func (i *Invitation) PlainEnv(benchmark string) string {
	return fmt.Sprintf("%s=%d 3 4 %s", PlainEnv, version, benchmark)
}

// Open waits for the process to take its seat; see [Open]. The process must have been started, or must not be going to: its ends of
// the pipes are closed here, so that its end can be seen.
func (i *Invitation) Open(ctx context.Context) (*Peer, error) {
	i.closeFiles()
	return Open(ctx, i.r, i.w)
}

// Close closes all ends. It is not needed after Open.
func (i *Invitation) Close() {
	i.closeFiles()
	i.r.Close()
	i.w.Close()
}

func (i *Invitation) closeFiles() {
	for _, f := range i.Files {
		f.Close() // a second time does no harm
	}
}
