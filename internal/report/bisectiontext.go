package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/few"
	"github.com/tailgate-go/tailgate/policy"
)

// mostSteps is how many steps and suspects Text shows.
const mostSteps = 40

// Text is the report of a search for a terminal of 100 columns: the steps in order, then the commit and why it is slower.
func (b Bisection) Text() string {
	t := &terminal{}
	t.line("")
	t.paragraph("tailgate "+cell(b.Name)+": the first bad commit", "")
	t.item("good", b.Good.text())
	t.item("bad", b.Bad.text())
	if b.Unit != "" {
		t.item("judged", fmt.Sprintf("%s %s: %s; alpha of a step %.3g", b.Of.Name, b.Unit, limits(b.Rule), b.Alpha))
	}
	for _, s := range b.Settings {
		t.item("setting", fmt.Sprintf("%s = %s (from %s)", s.Name, s.Value, s.Source))
	}
	for _, note := range some(b.Notes, "notes") {
		t.item("note", note)
	}
	if b.Took > 0 {
		t.item("took", b.Took.Round(100*time.Millisecond).String())
	}
	t.item("results", b.Out)
	if len(b.Steps) > 0 {
		t.line("")
	}
	for i, s := range b.Steps[:min(len(b.Steps), mostSteps)] {
		t.item(fmt.Sprintf("step %d", i+1), b.told(s))
	}
	if left := len(b.Steps) - mostSteps; left > 0 {
		t.item("", few.More(left, "steps"))
	}
	b.found(t)
	if b.Error != "" {
		t.line("")
		t.paragraph(cut(strings.Trim(b.Error, "\r\n"), mostOfError), "  ")
	}
	for _, c := range b.Again {
		t.line("")
		t.item("again", c.Purpose+"\n"+c.Line)
	}
	if b.Why != nil {
		why := *b.Why
		why.Name = b.Name + ": the commit against its parent"
		why.body(t)
	}
	t.line("")
	t.paragraph(b.Headline(), "")
	return broken(commandLines, t.String())
}

// text is a revision as it was given, with its commit.
func (r Revision) text() string {
	commit := fmt.Sprintf("%.12s (%s)", r.Hash, cell(r.Subject))
	switch {
	case r.Hash == "":
		return r.Given
	case r.Given == "" || strings.HasPrefix(r.Hash, r.Given):
		return commit
	}
	return r.Given + ", " + commit
}

// told is a step in a few lines: "bad: 1a2b3c4d5e6f (a subject): +20.1 %, interval ..., after 8 rounds; 3 commits left".
func (b Bisection) told(s Step) string {
	text := fmt.Sprintf("%s: %s", s.Decision, s.Commit.text())
	v := s.last()
	switch {
	case s.Same != "":
		text += fmt.Sprintf(": not measured, since it runs and reads the same as %.12s", s.Same)
	case s.Problem != "":
		text += ": " + oneLine(cut(s.Problem, 300))
	default:
		text += ": " + stepFigures(v)
	}
	if n := len(s.Tries); n > 1 {
		text += fmt.Sprintf(", at the %s try", []string{"", "first", "second", "third"}[min(n, 3)])
	}
	if s.Left > 1 {
		text += fmt.Sprintf("; %d commits left", s.Left)
	}
	return text
}

// stepFigures are a verdict's: "+20.10 %, interval +18.20 % to +22.00 %, p=0.008 over 8 rounds".
func stepFigures(v policy.Verdict) string {
	s := newStatement(v)
	if s.percent == "" {
		return reason(v)
	}
	return fmt.Sprintf("%s, interval %s, %s", s.percent, s.interval, s.p)
}

// found shows the commit, or those of which one is it.
func (b Bisection) found(t *terminal) {
	if len(b.Suspects) == 0 {
		return
	}
	t.line("")
	name := "found"
	if b.Outcome != Found {
		name = "one of"
	}
	for _, r := range b.Suspects[:min(len(b.Suspects), mostSteps)] {
		t.item(name, fmt.Sprintf("%s, by %s, %s", r.text(), cell(r.Author), cell(r.Date)))
		name = ""
	}
	if left := len(b.Suspects) - mostSteps; left > 0 {
		t.item("", few.More(left, "commits"))
	}
	if b.Outcome != Found {
		return
	}
	t.item("since good", stepFigures(b.step(b.Suspects[0].Hash).last()))
	if v := b.verdict(b.Why); v.Unit != "" {
		t.item("by itself", string(v.Outcome)+": "+stepFigures(v))
	}
}

// Headline says in a line how it went.
func (b Bisection) Headline() string {
	word := "FAIL"
	if b.Passes() {
		word = "PASS"
	}
	text := fmt.Sprintf("%s: %s: ", word, b.Outcome)
	switch b.Outcome {
	case Found:
		return text + b.Suspects[0].text() + " is the first bad commit"
	case Narrowed:
		return text + fmt.Sprintf("one of %d commits is the first bad one, and all but the last of them were skipped", len(b.Suspects))
	case NotRegressed:
		return text + fmt.Sprintf("%s is not worse than %s by more than the limits: there is nothing to search",
			b.Bad.name(), b.Good.name())
	case Undecided:
		return text + fmt.Sprintf("whether %s is worse than %s by more than the limits could not be told: nothing was searched",
			b.Bad.name(), b.Good.name())
	case Unfinished:
		return text + "the search was ended before it came to its end"
	}
	return text + "nothing was searched"
}

// Progress is the last step in a line, for a log.
func (b Bisection) Progress() string {
	n := len(b.Steps)
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("step %d: %s", n, b.told(b.Steps[n-1]))
}

// Ending is how it went in a line, with why it went no further.
func (b Bisection) Ending() string {
	switch {
	case b.Error != "":
		return string(b.Outcome) + ": " + b.Error
	case b.Outcome == NotRegressed, b.Outcome == Undecided:
		return strings.TrimPrefix(b.Headline(), "FAIL: ") + "; " + b.told(b.Steps[0])
	}
	return strings.TrimPrefix(b.Headline(), "FAIL: ")
}

// name is what the revision is called, in short.
func (r Revision) name() string {
	if r.Given != "" {
		return cell(r.Given)
	}
	return fmt.Sprintf("%.12s", r.Hash)
}
