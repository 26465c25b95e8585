package regress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// mostPrinted is how many bytes are kept of what a run prints: as many as 2 million results have.
const mostPrinted = 256 << 20

// printed keeps what a run prints.
type printed struct {
	most  int   // bytes; the rest is not kept
	procs []int // GOMAXPROCS with which it measures
	text  bytes.Buffer
	more  bool // whether there was a rest
}

// Write keeps what fits and reports all of b as written, so the limit never stops the other writer.
func (p *printed) Write(b []byte) (int, error) {
	keep := min(len(b), p.most-p.text.Len())
	p.more = p.more || keep < len(b)
	p.text.Write(b[:keep])
	return len(b), nil
}

// results are what was printed, if all of it was kept.
func (p *printed) results() ([]byte, error) {
	if p.more {
		return nil, fmt.Errorf("this run printed more than %d MiB to standard output, and is not judged: "+
			"print with b.Log or not at all, or save what it prints in parts, and compare those with regress.Check", p.most>>20)
	}
	// Under -json testing marks its lines with a control character.
	return bytes.ReplaceAll(p.text.Bytes(), []byte{0x16}, nil), nil
}

// through writes to w until w fails, and discards the rest, so that the benchmark never blocks on a full pipe.
type through struct {
	w   io.Writer
	err error // w's
}

func (t *through) Write(b []byte) (int, error) {
	if t.err == nil {
		_, t.err = t.w.Write(b)
	}
	return len(b), nil
}

// tee runs m and keeps a copy of what is written to os.Stdout meanwhile, where testing prints results.
func tee(m interface{ Run() int }, copyTo io.Writer) (code int, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	stdout := os.Stdout
	copied := make(chan error, 1)
	passed := &through{w: stdout}
	go func() {
		_, err := io.Copy(io.MultiWriter(passed, copyTo), r)
		copied <- err
	}()
	os.Stdout = w
	code = m.Run()
	os.Stdout = stdout
	err = errors.Join(w.Close(), r.SetReadDeadline(time.Now().Add(grace)))
	if copyErr := <-copied; errors.Is(copyErr, os.ErrDeadlineExceeded) {
		err = errors.Join(err, errors.New("a process that this run started still has its standard output open: "+
			"end such processes with their benchmark"))
	} else {
		err = errors.Join(err, copyErr)
	}
	return code, errors.Join(err, passed.err, r.Close())
}
