package output

import (
	"errors"
	"fmt"
	"os"

	"github.com/tailgate-go/tailgate/internal/benchdata"
)

// Results are the files of both sides' results, as they are written.
type Results struct {
	files [2]*os.File
	write [2]*benchdata.Writer
}

// Begin makes the files, in the place of what may have come there meanwhile: a link, a pipe.
func (f *Folder) Begin() (*Results, error) {
	r := &Results{}
	for i, name := range Sides() {
		file, err := f.create(name)
		if err != nil {
			if i > 0 {
				err = errors.Join(err, r.files[0].Close())
			}
			return nil, err
		}
		r.files[i] = file
	}
	return r, nil
}

// create makes one of the files.
func (f *Folder) create(name string) (*os.File, error) {
	if err := f.Remove(name); err != nil {
		return nil, err
	}
	return f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// Save writes one side's results, which are on the disk's way when it returns. header describes the side; it is asked for once.
func (r *Results) Save(i int, set *benchdata.Set, header func() benchdata.Header) error {
	if r.write[i] == nil {
		r.write[i] = benchdata.NewWriter(r.files[i], header())
	}
	for _, b := range set.Benchmarks {
		if err := r.write[i].Write(b); err != nil {
			return fmt.Errorf("%s: %w", r.files[i].Name(), err)
		}
	}
	return nil
}

// Finish marks both files complete.
func (r *Results) Finish() error {
	var errs []error
	for i, f := range r.files {
		if r.write[i] != nil {
			errs = append(errs, r.write[i].Close())
		}
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}
