// Package tokens is a toy tokenizer: text to token ids of about four characters each, and ids to text, for a vocabulary of any
// size.
//
// A gate needs prompts of the right length, not of the right words, so nothing is learnt and nothing is loaded. A text
// is cut into pieces: up to 6 bytes of letters with the one blank before them, up to 3 digits, up to 4 blanks or other signs.
// English prose comes to about four characters a token, as with a trained vocabulary, and no text to more than a token a byte.
//
// The id of a piece is a hash of it, modulo the size of the vocabulary: different pieces may share an id, so a text cannot
// be had back from its ids. The other way round works. The text of an id is a blank and the id written in letters (" aabc"),
// and a piece that looks so has that id, whatever it hashes to. Hence
//
//	Encode(Decode(ids)) = ids    for all ids of the vocabulary, so a client that counts the tokens of a reply gets the server's count
//	Count(text) = len(Encode(text))
//	Encode(a + " " + b) = Encode(a) + Encode(" " + b)    where a ends, and b begins, with a letter
package tokens
