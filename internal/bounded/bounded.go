// Package bounded reads what may be larger than anybody meant.
package bounded

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// ReadFile reads a file of at most so many bytes.
func ReadFile(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err = errors.Join(err, f.Close()); err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s: more than %d KiB", name, most>>10)
	}
	return data, err
}
