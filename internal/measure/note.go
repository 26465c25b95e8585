package measure

// note notes what concerns the whole gate, once.
func (g *gate) note(text string) { g.order.Doc.Note(text) }

// note notes something of the benchmark, with all others of which the same is noted.
func (m *measurement) note(text string) { m.gate.order.Doc.NoteOf(m.pair.Name(), text) }
