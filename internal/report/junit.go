package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// The JUnit report, as GitLab, Jenkins, CircleCI and Buildkite read it: one suite, and in it a case for each verdict. Elements and
// attributes are those of Jenkins' schema (junit-10.xsd of its xUnit plugin), in its order.
type (
	junitCase struct {
		XMLName   xml.Name    `xml:"testcase"`
		Name      string      `xml:"name,attr"`
		ClassName string      `xml:"classname,attr"`
		Time      string      `xml:"time,attr"`
		Skipped   *junitWhy   `xml:"skipped"`
		Error     *junitWhy   `xml:"error"`
		Failure   *junitWhy   `xml:"failure"`
		SystemOut *junitLines `xml:"system-out"`
	}
	junitWhy struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
	junitLines struct {
		Text string `xml:",chardata"`
	}
)

// WriteJUnit writes the report as JUnit's XML. A verdict that fails is a failure, or an error if it is invalid. A verdict that
// passes undecided is skipped: one that is blind, added, or inconclusive where the policy lets that pass. If an outcome was
// expected, only missing it fails. A case took its part of the time in which its benchmark was measured. It fails when w does.
func (d Document) WriteJUnit(w io.Writer) error {
	cases := d.junitCases()
	counts := map[string]int{}
	for _, c := range cases {
		counts[c.kind()]++
	}
	suite := []xml.Attr{
		attribute("name", cell(d.Name)), attribute("tests", fmt.Sprint(len(cases))), attribute("failures", fmt.Sprint(counts["failure"])),
		attribute("errors", fmt.Sprint(counts["error"])), attribute("skipped", fmt.Sprint(counts["skipped"])),
		attribute("time", seconds(d.Took)),
	}
	suites := xml.StartElement{Name: xml.Name{Local: "testsuites"}, Attr: slices.DeleteFunc(slices.Clone(suite), isSkipped)}
	if !d.Began.IsZero() {
		suite = append(suite, attribute("timestamp", d.Began.UTC().Format("2006-01-02T15:04:05")))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	one := xml.StartElement{Name: xml.Name{Local: "testsuite"}, Attr: suite}
	for _, token := range []xml.Token{suites, one} {
		if err := e.EncodeToken(token); err != nil {
			return err
		}
	}
	for _, c := range cases {
		if err := e.Encode(c); err != nil {
			return err
		}
	}
	for _, token := range []xml.Token{one.End(), suites.End(), xml.CharData("\n")} {
		if err := e.EncodeToken(token); err != nil {
			return err
		}
	}
	return e.Close()
}

func attribute(name, value string) xml.Attr {
	return xml.Attr{Name: xml.Name{Local: name}, Value: value}
}

// isSkipped reports whether a is "skipped", an attribute that testsuites lacks.
func isSkipped(a xml.Attr) bool { return a.Name.Local == "skipped" }

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", max(d, 0).Seconds()) }

// kind is what became of the case: "skipped", "error", "failure"; empty where it passed.
func (c junitCase) kind() string {
	switch {
	case c.Skipped != nil:
		return "skipped"
	case c.Error != nil:
		return "error"
	case c.Failure != nil:
		return "failure"
	}
	return ""
}

// longest is more than any benchmark takes: a report that is read may claim any time.
const longest = 1000 * time.Hour

// junitCases are a case for each verdict, one more where the expected outcome did not come, or one alone where nothing was judged.
func (d Document) junitCases() []junitCase {
	of := d.Name
	gate := func(name, message, text string) junitCase {
		return junitCase{Name: oneLine(of + name), ClassName: oneLine(of), Time: seconds(0), Error: newWhy(policy.Invalid, message, text)}
	}
	switch {
	case d.Error != "":
		return []junitCase{gate("", d.Error, d.Error)}
	case len(d.Report.Verdicts) == 0 && !d.Passes():
		return []junitCase{gate("", "there was nothing to judge", "")}
	}
	twins, shares := d.Twins(), map[policy.ID]float64{}
	for _, v := range d.Report.Verdicts {
		shares[v.ID]++
	}
	took := map[policy.ID]time.Duration{}
	for _, m := range d.Report.Benchmarks {
		if each := m.Noise.Seconds / shares[m.ID]; each >= 0 && each < longest.Seconds() { // and not NaN
			took[m.ID] = time.Duration(each * float64(time.Second))
		}
	}
	expected := d.Expected != "" && !d.elsewhere()
	var cases []junitCase
	for _, v := range d.Report.Verdicts {
		c := junitCase{
			Name: oneLine(of + "/" + twins.Path(v)), ClassName: oneLine(cmp.Or(v.Package, of)), Time: seconds(took[v.ID]),
		}
		why := newWhy(v.Outcome, twins.Line(v), d.details(v))
		switch {
		case !expected && v.Fails && v.Outcome == policy.Invalid:
			c.Error = why
		case !expected && v.Fails:
			c.Failure = why
		case expected, v.Outcome == policy.OK, v.Outcome == policy.Improved, v.Outcome == policy.Accepted:
			c.SystemOut = &junitLines{why.Message + "\n" + why.Text}
		default:
			c.Skipped, c.SystemOut = &junitWhy{Message: why.Message}, &junitLines{why.Text}
		}
		cases = append(cases, c)
	}
	if expected && !d.Passes() {
		c := gate("/expected", "", "")
		c.Error, c.Failure = nil, newWhy(d.Outcome(), d.Missed(), "")
		cases = append(cases, c)
	}
	return cases
}

// newWhy is why a case is not well: the first line of what there is to say stands beside its name.
func newWhy(outcome policy.Outcome, message, text string) *junitWhy {
	return &junitWhy{
		Message: oneLine(cut(message, mostOfReason)), Type: string(outcome), Text: plain(cut(text, mostOfError)),
	}
}

// details are what a verdict rests on, a line each, and the trailer that would accept it.
func (d Document) details(v policy.Verdict) string {
	text := ""
	if s := newStatement(v); s.percent != "" {
		text += fmt.Sprintf("change: %s; interval %s\nevidence: %s, alpha %.3g; smallest detectable change %s\n",
			s.change(), s.interval, s.p, v.Alpha, s.detectable)
	}
	text += "limits: " + limitsOf(v) + "\nreason: " + reason(v) + "\n"
	if p := d.proposal(v); p != "" {
		text += meant + ":\n" + p + "\n"
	}
	return text
}
