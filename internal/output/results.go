package output

import (
	"errors"
	"fmt"
	"os"

	"github.com/tailgate-go/tailgate/internal/benchdata"
)

// Results are the files of all sides' results, as they are written.
type Results struct {
	files []*os.File
	write []*benchdata.Writer
}

// Begin makes the files of baseline and candidate, and of the anchor if there is one, in the place of what may have come there
// meanwhile: a link, a pipe.
func (f *Folder) Begin(anchored bool) (*Results, error) {
	r := &Results{}
	for _, name := range Sides(anchored) {
		file, err := f.create(name)
		if err != nil {
			for _, made := range r.files {
				err = errors.Join(err, made.Close())
			}
			return nil, err
		}
		r.files = append(r.files, file)
	}
	r.write = make([]*benchdata.Writer, len(r.files))
	return r, nil
}

// create makes one of the files.
func (f *Folder) create(name string) (*os.File, error) {
	if err := f.Remove(name); err != nil {
		return nil, err
	}
	return f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// Save writes one side's results to its file, without a buffer that a killed gate would lose. header describes the side, and is
// called once.
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

// Finish marks all files complete.
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
