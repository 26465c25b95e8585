// Package archive is for tests that measure for hours: it keeps their results in a file, one line of JSON for each, and says which
// machine they come from.
//
// A result is in the file as soon as it is there, so a test that is killed loses only the one that it was making.
package archive

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Add appends v to a file. It makes the file and its folder. A last line that was cut off is removed first. Only one
// goroutine of one process may add to a file at a time.
func Add(file string, v any) (err error) {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	there, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := f.Truncate(int64(bytes.LastIndexByte(there, '\n') + 1)); err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	return err
}

// Read returns the results in a file, and none if there is no file. A last line that was cut off is left out.
func Read[T any](file string) (all []T, err error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	from := bufio.NewReader(f)
	for n := 1; ; n++ {
		line, err := from.ReadBytes('\n')
		if errors.Is(err, io.EOF) { // what stands there was not finished
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		all = append(all, v)
	}
}
