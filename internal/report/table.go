package report

import (
	"slices"
	"strings"
)

// table has a header and rows of cells.
type table struct {
	header []string
	align  string // a letter a column: l for text, at the left; r for numbers, at the right
	rows   [][]string
}

// filled is t without those of the named columns in which no row has anything.
func (t table) filled(names ...string) table {
	var kept table
	for i, name := range t.header {
		if slices.Contains(names, name) && !slices.ContainsFunc(t.rows, func(row []string) bool { return row[i] != "" }) {
			continue
		}
		kept.header, kept.align = append(kept.header, name), kept.align+t.align[i:i+1]
		for n, row := range t.rows {
			if len(kept.rows) == n {
				kept.rows = append(kept.rows, nil)
			}
			kept.rows[n] = append(kept.rows[n], row[i])
		}
	}
	return kept
}

const (
	gap       = 2  // blanks between columns
	narrowest = 12 // columns that a column of text keeps
)

// lines lays t out on width columns, without borders. Text that is too wide for the page goes on in the next line.
func (t table) lines(width int) []string {
	widths := t.widths(width)
	var lines []string
	for _, row := range slices.Concat([][]string{t.header}, t.rows) {
		cells, height := make([][]string, len(row)), 1
		for i, cell := range row {
			cells[i] = []string{cell}
			if t.align[i] == 'l' {
				cells[i] = strings.Split(breakLine(cell, widths[i]), "\n")
			}
			height = max(height, len(cells[i]))
		}
		for n := range height {
			var line strings.Builder
			for i, cell := range cells {
				text := ""
				if n < len(cell) {
					text = cell[n]
				}
				blanks := strings.Repeat(" ", max(0, widths[i]-columns(text)))
				if t.align[i] == 'r' {
					text = blanks + text
				} else {
					text += blanks
				}
				line.WriteString(text + strings.Repeat(" ", gap))
			}
			lines = append(lines, strings.TrimRight(line.String(), " "))
		}
	}
	return lines
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

// breakLine breaks s into lines of at most width columns: at blanks, and a longer word anywhere.
func breakLine(s string, width int) string {
	var b strings.Builder
	used := 0
	for i, word := range strings.Split(s, " ") {
		if i > 0 && used+1+columns(word) <= width {
			b.WriteByte(' ')
			used++
		} else if i > 0 {
			b.WriteByte('\n')
			used = 0
		}
		for _, r := range word {
			w := columnsOf(r)
			if used+w > width {
				b.WriteByte('\n')
				used = 0
			}
			b.WriteRune(r)
			used += w
		}
	}
	return b.String()
}
