package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"
)

// The page is one file that needs no other and no network. uPlot 1.6.32 draws its charts: https://github.com/leeoniya/uPlot, MIT,
// with its licence in each page.
var (
	//go:embed page/page.html
	pageHTML string
	//go:embed page/page.css
	pageCSS string
	//go:embed page/rated.js
	ratedJS string
	//go:embed page/history.js
	historyJS string
	//go:embed page/page.js
	pageJS string
	//go:embed page/uPlot.min.css
	plotCSS string
	//go:embed page/uPlot.iife.min.js
	plotJS string
	//go:embed page/uPlot-LICENSE
	plotLicence string
)

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Parse(pageHTML))
})

// pageCode is what runs in the page, and the hashes by which the page lets it run and nothing else: whatever a benchmark's name may
// smuggle in stays dead.
type pageCode struct {
	Style  template.CSS
	Script template.JS
	Rules  string // the content security policy
}

var newPageCode = sync.OnceValue(func() pageCode {
	style := plotCSS + "\n" + pageCSS
	licence := "/*! uPlot 1.6.32\n" + strings.ReplaceAll(plotLicence, "*/", "* /") + "*/\n"
	script := licence + plotJS + "\n" + ratedJS + "\n" + historyJS + "\n" + pageJS
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	rules := fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; img-src data:; base-uri 'none'; form-action 'none'",
		hash(script), hash(style))
	return pageCode{Style: template.CSS(style), Script: template.JS(script), Rules: rules}
})

// WritePage writes the report for a person with a browser: one HTML file that needs nothing else. A large report shows the charts
// of what fails first, and says what it leaves out.
func (d Document) WritePage(w io.Writer) error {
	return pageTemplate().Execute(w, d.page())
}
