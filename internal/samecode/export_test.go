package samecode

// Code calls visit with each named function of a program: the name as the linker writes it, its code as the compiler wrote it, and
// where in it the linker writes addresses.
func Code(packages []Package, visit func(name string, code []byte, size uint32, holes map[int]bool)) error {
	u := &universe{archives: map[string]*archive{}}
	p, err := u.program(packages)
	if err != nil {
		return err
	}
	for key, s := range p.names {
		o, i := u.at(s)
		if !o.symbol(i).isText() {
			continue
		}
		text := key.text
		if key.abi == abi0 {
			text += ".abi0"
		}
		holes := map[int]bool{}
		relocs := o.relocs(i)
		for k := range relocs.len() {
			for n := range int(relocs[k*relocSize+4]) {
				holes[int(relocs.offset(k))+n] = true
			}
		}
		visit(text, o.data(i), o.symbol(i).size(), holes)
	}
	return nil
}

// ParseArchive reads an archive and all that its objects define, and returns the number of symbols.
func ParseArchive(content []byte) (symbols int, err error) {
	a, err := parseArchive(content)
	if err != nil {
		return 0, err
	}
	for _, o := range a.objects {
		_ = o.imports()
		for i := range o.defined[3] {
			relocs := o.relocs(i)
			for k := range relocs.len() {
				o.pkg(relocs.target(k).pkg)
			}
			if o.symbol(i).size() > 0 && o.name(i) != "" || len(o.data(i)) > 0 {
				symbols++
			}
		}
	}
	return symbols, nil
}
