package shards

import (
	"io"
	"path/filepath"

	"github.com/tailgate-go/tailgate/internal/output"
)

// Seal leaves the manifest in a shard's folder, with the sums of what else it leaves; it leaves nothing if m is nil, as that
// of a whole gate is. It comes last: a shard without one did not end.
func (m *Manifest) Seal(f *output.Folder) error {
	if m == nil {
		return nil
	}
	for _, name := range m.results() {
		sum, err := sumFile(filepath.Join(f.Dir, name))
		if err != nil {
			return err
		}
		m.Files = append(m.Files, File{Name: name, Sum: sum})
	}
	data, err := m.Encode()
	if err != nil {
		return err
	}
	return f.Write(output.Manifest, func(w io.Writer) error { _, err := w.Write(data); return err })
}
