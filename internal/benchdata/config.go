package benchdata

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A configKey tells whether results agree on one configuration key.
type configKey struct {
	value    string
	line     int  // of the first result below it
	all      bool // stands above every result so far
	reported bool
}

// agree compares the configuration above the line with that of the results before.
func (p *parser) agree() {
	if !p.from.changed {
		return
	}
	p.from.changed = false
	for key, value := range p.from.config {
		if key == "pkg" {
			continue
		}
		have := p.config[key]
		switch {
		case have == nil:
			if len(p.config) >= p.lim.config {
				p.exceed(p.line, strconv.Itoa(p.lim.config)+" configuration keys")
				return
			}
			p.config[key] = &configKey{value: value, line: p.line, all: p.results == 1}
		case have.value != value && !have.reported:
			have.reported = true
			p.problem(Problem{Line: p.line,
				Fact: quoteFact(key, value) + " for this result and " + quote(have.value) + " for the one on line " + strconv.Itoa(have.line),
				Fix: "keep results of different configurations in different files, and print nothing of the form \"key: value\" to " +
					"standard output"})
		}
	}
	for key, have := range p.config {
		if have.all && p.from.config[key] == "" {
			have.all = false
		}
	}
}

// configure sets a configuration key for the results below.
func (s *stream) configure(num int, key, value string) {
	if key == "goos" && s.open {
		s.cutShort() // testing prints goos first: the next run begins
		s.open = false
	}
	if key == "pkg" {
		s.hasSaid = false
	}
	have, ok := s.config[key]
	switch {
	case value == "":
		delete(s.config, key)
	case !utf8.ValidString(value) || !utf8.ValidString(key):
		s.p.problem(Problem{Line: num, Fact: quoteFact(key, value) + ", not UTF-8", Fix: toStderr})
		return
	case !ok && len(s.config) >= s.p.lim.config:
		s.p.exceed(num, strconv.Itoa(s.p.lim.config)+" configuration keys")
		return
	default:
		if s.p.text += max(len(value)-len(have), 0); !ok {
			s.p.text += len(key)
		}
		if !s.p.roomForText(num) {
			return
		}
		s.config[key] = value
	}
	s.changed = s.changed || have != value
}

// keyValue parses "key: value" as benchfmt does: the key begins with a lower-case letter and holds neither blanks nor
// upper-case letters; blanks part it from its value unless the value is empty, which deletes the key.
func keyValue(text []byte) (key, value string, ok bool) {
	if len(text) == 0 || 'A' <= text[0] && text[0] <= 'Z' {
		return "", "", false // most prose
	}
	colon := bytes.IndexByte(text, ':')
	if colon <= 0 {
		return "", "", false
	}
	for i, r := range string(text[:colon]) {
		if i == 0 && !unicode.IsLower(r) || unicode.IsSpace(r) || unicode.IsUpper(r) {
			return "", "", false
		}
	}
	rest := text[colon+1:]
	trimmed := bytes.TrimLeft(rest, " \t")
	if len(rest) > 0 && len(trimmed) == len(rest) {
		return "", "", false
	}
	return string(text[:colon]), string(bytes.TrimRight(trimmed, " \t\r")), true
}

// isConfig tells configuration from messages of the same form that tools print.
func isConfig(key, value string) bool {
	switch key {
	case "panic", "signal", "coverage", "testing", "warning", "error", "fatal":
		return false
	case "go": // "go: downloading ..."
		return value == "" || strings.HasPrefix(value, "go1") || strings.HasPrefix(value, "devel")
	}
	return true
}

// provenance keeps what a comment line says.
func (p *parser) provenance(key, value string) {
	if _, ok := p.set.Provenance[key]; ok || len(p.set.Provenance) < p.lim.config {
		p.set.Provenance.add(key, value)
	}
}
