package report

import (
	"strings"

	pretty "github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// table has a header and rows of cells.
type table struct {
	header []string
	align  string // a letter a column: l for text, at the left; r for numbers, at the right
	rows   [][]string
}

const (
	gap       = 2  // blanks between columns
	narrowest = 12 // columns that a column of text keeps
)

// lines lays t out on width columns, without borders. Text that is too wide for the page goes on in the next line.
func (t table) lines(width int) []string {
	widths := t.widths(width)
	w := pretty.NewWriter()
	style := pretty.StyleDefault
	style.Options = pretty.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatDefault
	style.Box.PaddingLeft, style.Box.PaddingRight = "", strings.Repeat(" ", gap)
	w.SetStyle(style)
	configs := make([]pretty.ColumnConfig, len(t.header))
	for i := range configs {
		configs[i] = pretty.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight}
		if t.align[i] == 'l' {
			configs[i] = pretty.ColumnConfig{Number: i + 1, WidthMax: widths[i], WidthMaxEnforcer: breakLine}
		}
	}
	w.SetColumnConfigs(configs)
	w.AppendHeader(cells(t.header))
	for _, row := range t.rows {
		w.AppendRow(cells(row))
	}
	return strings.Split(w.Render(), "\n")
}

// widths takes from the widest column of text until all columns fit.
func (t table) widths(width int) []int {
	widths := make([]int, len(t.header))
	total := gap * (len(widths) - 1)
	for i := range widths {
		widths[i] = columns(t.header[i])
		for _, row := range t.rows {
			widths[i] = max(widths[i], columns(row[i]))
		}
		total += widths[i]
	}
	for ; total > width; total-- {
		widest := 0
		for i := range widths {
			if t.align[i] == 'l' && widths[i] > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= narrowest {
			break
		}
		widths[widest]--
	}
	return widths
}

func cells(values []string) pretty.Row {
	row := make(pretty.Row, len(values))
	for i, v := range values {
		row[i] = v
	}
	return row
}

// breakLine breaks s into lines of at most width columns, anywhere. WrapHard of go-pretty takes a wide character for one column.
func breakLine(s string, width int) string {
	var b strings.Builder
	used := 0
	for _, r := range s {
		w := text.RuneWidth(r)
		if used+w > width {
			b.WriteByte('\n')
			used = 0
		}
		b.WriteRune(r)
		used += w
	}
	return b.String()
}
