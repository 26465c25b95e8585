package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

var errTooLarge = errors.New("too large")

// readPlain reads a file of a folder that the code under test may have filled: a plain file of at most so many bytes, no link,
// no pipe. With errTooLarge come its first bytes.
func readPlain(dir, name string, most int) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if info, err := root.Lstat(name); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, notPlain(filepath.Join(dir, name))
	}
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // it may have become a pipe
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, notPlain(filepath.Join(dir, name))
	}
	data, err := io.ReadAll(io.LimitReader(f, int64(most)+1))
	if err == nil && len(data) > most {
		return data[:most], fmt.Errorf("%s: %w: more than %d bytes", filepath.Join(dir, name), errTooLarge, most)
	}
	return data, err
}

func notPlain(name string) error {
	return fmt.Errorf("%s is neither a folder nor a plain file, and no gate has made it: remove it", name)
}
