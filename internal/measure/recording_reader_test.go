package measure_test

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// openRecording reads a recording's file.
func openRecording(file string) (recording, error) {
	f, err := os.Open(file)
	if err != nil {
		return recording{}, err
	}
	defer f.Close()
	return readRecording(file, f)
}

// readRecording reads what write wrote; errors name the file.
func readRecording(file string, from io.Reader) (recording, error) {
	r := recording{name: strings.TrimSuffix(file[strings.LastIndexByte(file, '/')+1:], ".txt.gz")}
	text, err := gzip.NewReader(from)
	if err != nil {
		return r, fmt.Errorf("%s: %w", file, err)
	}
	lines := bufio.NewScanner(text)
	number := 0
	for lines.Scan() {
		number++
		if err := r.readLine(lines.Text()); err != nil {
			return r, fmt.Errorf("%s:%d: %w", file, number, err)
		}
	}
	if err := errors.Join(lines.Err(), text.Close()); err != nil {
		return r, fmt.Errorf("%s:%d: %w", file, number+1, err)
	}
	if err := r.check(); err != nil {
		return r, fmt.Errorf("%s:%d: %w", file, number, err)
	}
	return r, nil
}

func (r *recording) readLine(line string) error {
	about, comment := strings.CutPrefix(line, "# ")
	links, launched := strings.CutPrefix(line, "launch")
	switch {
	case comment && len(r.launches) > 0:
		return errors.New("where it comes from must be said before the first launch")
	case comment:
		key, value, _ := strings.Cut(about, ": ")
		r.about = append(r.about, fact{key, value})
		return r.about[len(r.about)-1].check(r.about[:len(r.about)-1])
	case launched:
		l, err := parseLaunch(links)
		r.launches = append(r.launches, l)
		return err
	case len(r.launches) == 0:
		return fmt.Errorf(`%q comes before the first "launch"`, line)
	}
	t, err := parseTurns(line)
	if err != nil {
		return err
	}
	last := &r.launches[len(r.launches)-1]
	last.turns = append(last.turns, t)
	if len(r.launches[0].turns) == 0 {
		return errors.New("the first launch has no turns")
	}
	return r.fits(t)
}

// parseLaunch reads what follows the word.
func parseLaunch(s string) (l launch, err error) {
	if s == "" {
		return l, nil
	}
	seeds, linked := strings.CutPrefix(s, " link=")
	baseline, candidate, two := strings.Cut(seeds, ",")
	for i, seed := range []string{baseline, candidate} {
		n, err := strconv.ParseUint(seed, 10, 63)
		if !linked || !two || err != nil {
			return l, fmt.Errorf(`"launch%s": write "launch", or "launch link=17,4" with the seeds of two layouts`, s)
		}
		l.links[i] = int64(n)
	}
	if l.links == [2]int64{} {
		return l, errors.New(`links 0 and 0 are one: write "launch"`)
	}
	return l, nil
}

func parseTurns(line string) (t turns, err error) {
	fields := strings.Split(line, " ")
	if len(fields) != 3 && len(fields) != 5 || fields[0] != "b" && fields[0] != "c" {
		return t, fmt.Errorf(`%q is no pair of turns; write "b" or "c", both sides' latencies in ns, and their CPU times if any`, line)
	}
	t.candidateFirst = fields[0] == "c"
	for side, latencies := range fields[1:3] {
		for field := range strings.SplitSeq(latencies, ",") {
			ns, err := parseTime(field, "latency")
			if err != nil {
				return t, err
			}
			t.ns[side] = append(t.ns[side], ns)
		}
	}
	for side, field := range fields[3:] {
		if t.cpu[side], err = parseTime(field, "CPU time"); err != nil {
			return t, err
		}
	}
	return t, nil
}

func parseTime(field, what string) (int64, error) {
	ns, err := strconv.ParseUint(field, 10, 63)
	if err != nil || ns == 0 {
		return 0, fmt.Errorf("%q is no %s in whole nanoseconds above 0", field, what)
	}
	return int64(ns), nil
}
