package regress

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tailgate-go/tailgate/internal/report"
)

// progress tells what a gate does: lines that stay, and where somebody watches a terminal one line that changes. What cannot be shown
// is no reason not to judge.
type progress struct {
	lines io.Writer
	live  io.Writer // the terminal; nil when nobody watches
	width int       // of the terminal, in columns
	shown bool      // whether the line that changes is there
	said  time.Time // when the last line was told that only tells that it goes on
}

// newProgress tells lines, and more on the terminal that is given, if it is one where a line can change.
func newProgress(lines io.Writer, terminal *os.File) *progress {
	p := &progress{lines: lines}
	if width, ok := terminalWidth(terminal); ok && !inCI() && !isDumb() {
		p.live, p.width = terminal, width
	}
	return p
}

// isDumb reports whether the terminal can only be written to line by line.
func isDumb() bool {
	term := os.Getenv("TERM")
	return term == "" || term == "dumb"
}

// isColourful reports whether what is written there may have colours: on a terminal that knows them, unless NO_COLOR is set
// (https://no-color.org).
func isColourful(f *os.File) bool {
	_, ok := terminalWidth(f)
	return ok && os.Getenv("NO_COLOR") == "" && !isDumb() && !inCI()
}

// say tells a line that stays.
func (p *progress) say(format string, args ...any) {
	p.clear()
	fmt.Fprintln(p.lines, report.Plain(fmt.Sprintf(format, args...)))
}

// goOn tells that the measuring goes on: at once where somebody watches, else every 10 seconds.
func (p *progress) goOn(now report.Progress) {
	if p.live != nil {
		p.clear()
		fmt.Fprint(p.live, now.Live(p.width-1))
		p.shown = true
		return
	}
	if time.Since(p.said) >= 10*time.Second {
		p.said = time.Now()
		p.say("%s", now.Plain())
	}
}

// looked tells what a look at the rounds has found. Who watches is told only what is settled: the rest changes soon.
func (p *progress) looked(now report.Progress, settled bool) {
	p.said = time.Now()
	if p.live != nil && !settled {
		p.goOn(now)
		return
	}
	for _, line := range now.Looked() {
		p.say("%s", line)
	}
}

// clear takes the line that changes away.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.live, "\r\x1b[K")
		p.shown = false
	}
}
