package duet

import "embed"

// Source is that of [PlainSeat], [Footprint], [IsChild] and all that they need, and nothing else: files of this package that
// together are one of their own, and import nothing that imports package testing. None of their package's names is also that of a
// field or a method in them, so that the names can be changed word by word.
//
//go:embed accept.go child.go ends.go failure.go fields.go footprint.go footprint_linux.go footprint_other.go frame.go hello.go
//go:embed pipe_other.go pipe_unix.go
//go:embed plainseat.go plainturn.go plant.go totals.go usage_other.go usage_unix.go
var Source embed.FS
