// Package duet is the process's side of protocol version 1, frozen as tailgate 0.1.0 has it: a baseline may have been built with it. Do not
// mend it along with the package that it was copied from; a gate that cannot speak to it breaks the compatibility promise.
package duet
