// Package bounded reads what may be larger than anybody meant.
package bounded

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// TooLargeError says that a file is larger than it may be.
type TooLargeError struct {
	Name string
	Most int64 // bytes
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s: more than %d KiB", e.Name, e.Most>>10)
}

// ReadFile reads a file of at most so many bytes. The error on a larger one is a TooLargeError. A pipe or a device is an error,
// too, since nobody knows when it ends.
func ReadFile(name string, most int64) ([]byte, error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil, fmt.Errorf("%s: it is no regular file: give a file's name", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err = errors.Join(err, f.Close()); err == nil && int64(len(data)) > most {
		err = &TooLargeError{name, most}
	}
	return data, err
}
