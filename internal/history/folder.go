package history

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/internal/bounded"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/wholefile"
)

// What is read of a folder at most: the rest is left out, and named.
const (
	mostEntries = 50_000
	mostFiles   = 5_000     // the newest
	mostFile    = 8 << 20   // bytes
	mostBytes   = 128 << 20 // of all files together
)

// Check makes the folder if there is none, and says why a file cannot be written to it: before anything is measured.
func Check(dir string) error {
	const probe = ".probe"
	root, err := open(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := wholefile.Write(root, probe, func(io.Writer) error { return nil }); err != nil {
		return folderError(err)
	}
	_ = root.Remove(probe) // another gate may have, and a name with a dot disturbs nobody
	return nil
}

// open opens the folder.
func open(dir string) (*os.Root, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, folderError(err)
	}
	root, err := os.OpenRoot(dir)
	return root, folderError(err)
}

func folderError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("folder of the history: %w; name another with -regress.history, or leave it out", err)
}

// Append writes a file for the record into the folder. It may be called by several processes at once.
func Append(dir string, r Record) error {
	name, data, err := r.encode()
	if err != nil {
		return err
	}
	if len(data) > mostFile {
		return fmt.Errorf("%s: more than %d KiB", name, mostFile>>10)
	}
	root, err := open(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	wholefile.Sweep(root, ".")
	return folderError(wholefile.Write(root, name, func(w io.Writer) error { _, err := w.Write(data); return err }))
}

var isRecord = regexp.MustCompile(`^\d{8}T\d{6}Z-[0-9a-f]{12}-[0-9a-f]{16}\.json$`).MatchString

// Read reads a gate's records from the folder, the newest of them if there are too many, in the order of their names. Files that
// are no records are left out, with the reason. Folders, and files whose names begin with a dot, are ignored.
func Read(dir, gate string) (records []Record, left []report.LeftOut, err error) {
	names, left, err := list(dir)
	if err != nil {
		return nil, nil, err
	}
	files, size := 0, 0
	for _, name := range slices.Backward(names) { // the newest first
		if files == mostFiles || size > mostBytes {
			left = append(left, report.LeftOut{Name: name, Why: fmt.Sprintf("it and those before it are too many: %d files and %d MiB "+
				"are read; move old ones to another folder", mostFiles, mostBytes>>20)})
			break
		}
		data, err := bounded.ReadFile(filepath.Join(dir, name), mostFile)
		if errors.Is(err, os.ErrNotExist) { // somebody tidied up
			continue
		}
		files, size = files+1, size+len(data)
		var r Record
		if err == nil {
			r, err = parse(name, data)
		}
		if err != nil {
			left = append(left, report.LeftOut{Name: name, Why: strings.TrimPrefix(err.Error(), filepath.Join(dir, name)+": ")})
			continue
		}
		if r.Gate == gate {
			records = append(records, r)
		}
	}
	slices.Reverse(records)
	return records, left, nil
}

// list are the names of the files that may be records, in their order.
func list(dir string) (names []string, left []report.LeftOut, err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, nil, folderError(err)
	}
	defer f.Close()
	entries, err := f.ReadDir(mostEntries)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, folderError(err)
	}
	if len(entries) == mostEntries {
		left = append(left, report.LeftOut{Name: dir, Why: fmt.Sprintf("it has %d files or more, and the rest was not read: "+
			"move old files to another folder", mostEntries)})
	}
	for _, entry := range entries {
		name := entry.Name()
		switch {
		case strings.HasPrefix(name, ".") || entry.IsDir():
		case !isRecord(name):
			left = append(left, report.LeftOut{Name: name, Why: "it is no report of a gate"})
		case !entry.Type().IsRegular():
			left = append(left, report.LeftOut{Name: name, Why: "it is no regular file"})
		default:
			names = append(names, name)
		}
	}
	slices.Sort(names)
	slices.SortFunc(left, func(a, b report.LeftOut) int { return strings.Compare(a.Name, b.Name) })
	return names, left, nil
}
