package measure

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// plainRecording is what the turns of two processes of one binary took on a plain benchmark, in several launches. Its file is text,
// compressed with gzip:
//
//	# key: value                       where it comes from
//	launch 3.512 3.498                 both processes started anew; a whole run of each side that measured as long, ns/op
//	b 1000 2000123 0 1000 2010321 1    a pair of turns: who was first, the baseline or the candidate (c), and of each side the
//	                                   iterations, the time of all of them in ns, and the garbage collections
type plainRecording struct {
	name     string
	about    []string
	launches []plainLaunch
}

type plainLaunch struct {
	whole [2]float64
	turns []plainTurns
}

type plainTurns struct {
	candidateFirst         bool
	iterations, timed, gcs [2]int64
}

func (r plainRecording) save(file string) error {
	if err := os.MkdirAll("testdata/plain", 0o755); err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	z := gzip.NewWriter(f)
	w := bufio.NewWriter(z)
	for _, line := range r.about {
		fmt.Fprintln(w, "#", line)
	}
	for _, l := range r.launches {
		fmt.Fprintln(w, "launch", l.whole[0], l.whole[1])
		for _, t := range l.turns {
			first := "b"
			if t.candidateFirst {
				first = "c"
			}
			fmt.Fprintln(w, first, t.iterations[0], t.timed[0], t.gcs[0], t.iterations[1], t.timed[1], t.gcs[1])
		}
	}
	return errors.Join(w.Flush(), z.Close(), f.Close())
}

func openPlain(file string) (r plainRecording, err error) {
	f, err := os.Open(file)
	if err != nil {
		return r, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return r, fmt.Errorf("%s: %w", file, err)
	}
	r.name = strings.TrimSuffix(file[strings.LastIndexByte(file, '/')+1:], ".txt.gz")
	lines := bufio.NewScanner(z)
	for n := 1; lines.Scan(); n++ {
		if err := r.line(lines.Text()); err != nil {
			return r, fmt.Errorf("%s:%d: %w", file, n, err)
		}
	}
	if err := lines.Err(); err != nil && !errors.Is(err, io.EOF) {
		return r, fmt.Errorf("%s: %w", file, err)
	}
	if len(r.launches) == 0 {
		return r, fmt.Errorf("%s: no launches", file)
	}
	return r, nil
}

func (r *plainRecording) line(text string) error {
	if about, ok := strings.CutPrefix(text, "# "); ok {
		r.about = append(r.about, about)
		return nil
	}
	if strings.HasPrefix(text, "launch ") {
		var l plainLaunch
		_, err := fmt.Sscanf(text, "launch %g %g", &l.whole[0], &l.whole[1])
		r.launches = append(r.launches, l)
		return err
	}
	if len(r.launches) == 0 {
		return errors.New("a turn before the first launch")
	}
	var t plainTurns
	var first string
	_, err := fmt.Sscanf(text, "%s %d %d %d %d %d %d", &first, &t.iterations[0], &t.timed[0], &t.gcs[0], &t.iterations[1], &t.timed[1],
		&t.gcs[1])
	if err != nil {
		return err
	}
	t.candidateFirst = first == "c"
	if first != "b" && !t.candidateFirst || min(t.iterations[0], t.iterations[1], t.timed[0], t.timed[1]) <= 0 {
		return fmt.Errorf("%q is no pair of turns", text)
	}
	l := &r.launches[len(r.launches)-1]
	l.turns = append(l.turns, t)
	return nil
}
