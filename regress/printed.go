package regress

import (
	"bytes"
	"errors"
	"io"
	"os"
	"time"
)

// printed keeps what a run prints.
type printed struct{ text bytes.Buffer }

func (p *printed) Write(b []byte) (int, error) { return p.text.Write(b) }

// results are what was printed.
func (p *printed) results() []byte {
	// Under -json testing marks its lines with a control character.
	return bytes.ReplaceAll(p.text.Bytes(), []byte{0x16}, nil)
}

// tee runs m and keeps a copy of what is written to os.Stdout meanwhile, where testing prints results.
func tee(m interface{ Run() int }, copyTo io.Writer) (code int, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	stdout := os.Stdout
	copied := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.MultiWriter(stdout, copyTo), r)
		copied <- err
	}()
	os.Stdout = w
	code = m.Run()
	os.Stdout = stdout
	err = errors.Join(w.Close(), r.SetReadDeadline(time.Now().Add(grace)))
	if copyErr := <-copied; errors.Is(copyErr, os.ErrDeadlineExceeded) {
		err = errors.Join(err, errors.New("a process that this run started still has its standard output open: end such processes with their benchmark"))
	} else {
		err = errors.Join(err, copyErr)
	}
	return code, errors.Join(err, r.Close())
}
