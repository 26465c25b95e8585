package regress

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/shards"
)

// output is the folder that a gate writes: baseline.txt and candidate.txt as results come, the verdict and the reports at the end.
type output struct {
	dir   string
	root  *os.Root // dir: what the code under test has put there leads nowhere else
	live  *live
	files [2]*os.File
	write [2]*benchdata.Writer
	// manifest is what a merge will need, of a shard that measured.
	manifest *shards.Manifest
}

// newOutput makes the folder, which may be anywhere.
func newOutput(dir string) (*output, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, outputError(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, outputError(err)
	}
	return openOutput(root)
}

// newOutputIn makes the folder below another.
func newOutputIn(parent *os.Root, name string) (*output, error) {
	if err := parent.MkdirAll(name, 0o755); err != nil {
		return nil, outputError(err)
	}
	root, err := parent.OpenRoot(name)
	if err != nil {
		return nil, outputError(err)
	}
	return openOutput(root)
}

// openOutput removes the verdict that an earlier gate left in the folder, and what one that was killed had begun to write. Results stay: they
// may be what is to be judged.
func openOutput(root *os.Root) (*output, error) {
	o := &output{dir: root.Name(), root: root}
	sweep(root, ".")
	sweep(root, "profiles")
	_ = o.remove("summary.md", "report.html") // if they cannot be replaced either, the report says so
	if err := o.remove(append([]string{"verdict.json", "report.md", shards.ManifestFile}, o.profiles()...)...); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return o, nil
}

func outputError(err error) error {
	return fmt.Errorf("output folder: %w; name another with -regress.out", err)
}

// close ends the use of the folder.
func (o *output) close() error { return o.root.Close() }

// profiles are those that a gate has left in the folder.
func (o *output) profiles() []string {
	names, _ := fs.Glob(o.root.FS(), "profiles/*.pb.gz") // the pattern is a good one
	return names
}

// remove removes what an earlier gate left.
func (o *output) remove(names ...string) error {
	for _, name := range names {
		if err := o.root.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return outputError(err)
		}
	}
	return nil
}

// begin makes the files for what l measures, in the place of what may have come there meanwhile: a link, a pipe.
func (o *output) begin(l *live) error {
	o.live = l
	for i, name := range []string{"baseline.txt", "candidate.txt"} {
		if err := o.remove(name); err != nil {
			return err
		}
		f, err := o.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		o.files[i] = f
	}
	return nil
}

// save writes one side's results, which are on the disk's way when it returns.
func (o *output) save(i int, set *benchdata.Set) error {
	if o.write[i] == nil {
		o.write[i] = benchdata.NewWriter(o.files[i], o.header(i, set))
	}
	for _, b := range set.Benchmarks {
		if err := o.write[i].Write(b); err != nil {
			return fmt.Errorf("%s: %w", o.files[i].Name(), err)
		}
	}
	return nil
}

// header describes one side. What differs between the sides stands in comments: benchstat puts files whose configuration
// differs into separate tables and compares nothing.
func (o *output) header(i int, set *benchdata.Set) benchdata.Header {
	s := o.live.sides[i]
	h := benchdata.Header{
		Config: map[string]string{},
		Provenance: map[string]string{
			"side": s.name, "source": s.source.What, "commit": s.source.Commit, "dirty": strconv.FormatBool(s.source.Dirty),
			"load": readMachine().loadText(), "seed": strconv.FormatUint(o.live.seed, 10),
		},
		Better: map[string]int{},
	}
	for key, value := range set.Config {
		h.Config[key] = value
	}
	h.Config["gomaxprocs"] = strconv.Itoa(runtime.GOMAXPROCS(0))
	var binaries []string
	for _, path := range slices.Sorted(maps.Keys(s.bins)) {
		binaries = append(binaries, path+" sha256:"+s.bins[path].SHA256)
		h.Provenance["go"] = s.bins[path].GoVersion
	}
	h.Provenance["binary"] = strings.Join(binaries, "; ")
	if version := o.live.goVersion(); version != "" {
		h.Config["go"] = version
		delete(h.Provenance, "go")
	}
	if i == candidateSide {
		h.Provenance["planted"] = o.live.plant.String()
	}
	for unit, better := range set.Better {
		h.Better[unit] = better
	}
	return h
}

// finish marks both files complete.
func (o *output) finish() error {
	var errs []error
	for i, f := range o.files {
		if o.write[i] != nil {
			errs = append(errs, o.write[i].Close())
		}
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// publish writes what a program and a person read.
func (o *output) publish(doc report.Document) error {
	return errors.Join(
		writeFile(o.root, "verdict.json", doc.WriteJSON),
		writeFile(o.root, "report.md", text(doc.Markdown())))
}

// seal leaves the manifest of a shard, with the sums of what else it leaves. It comes last: a shard without one did not end.
func (o *output) seal() error {
	if o.manifest == nil {
		return nil
	}
	for _, name := range shards.Results() {
		sum, err := shards.SumFile(filepath.Join(o.dir, name))
		if err != nil {
			return err
		}
		o.manifest.Files = append(o.manifest.Files, shards.File{Name: name, Sum: sum})
	}
	data, err := o.manifest.Encode()
	if err != nil {
		return err
	}
	return writeFile(o.root, shards.ManifestFile, text(string(data)))
}

// illustrate writes what a person reads in a browser, as large as a job's page may be and beyond.
func (o *output) illustrate(doc report.Document) error {
	return errors.Join(
		writeFile(o.root, "summary.md", text(doc.Summary())),
		writeFile(o.root, "report.html", doc.WritePage))
}
