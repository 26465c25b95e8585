package dataset

import (
	"strings"
	"sync/atomic"
)

// openings are the words that prompts begin with that are to be new to every server: no two have the same. They may be drawn from
// many goroutines at once.
//
// A server's cache knows a prompt by how it begins: by the hashes of its blocks, each with all before it (vLLM), by a tree of
// prefixes (SGLang), or by the longest prefix of what a slot holds (llama.cpp). With other first words it knows nothing of the
// rest.
type openings struct {
	seed  uint64
	drawn atomic.Uint64
}

// next numbers the next opening: seed + n * golden, which for 2^64 of them are all different. 0, which stands for none, is left
// out.
func (o *openings) next() uint64 {
	for {
		if number := o.seed + o.drawn.Add(1)*golden; number != 0 {
			return number
		}
	}
}

// openingTokens is how many tokens of a prompt make way for the words of its own: eight words of 256 write one number of 64 bits.
// A shorter prompt is all words of its own.
const openingTokens = 8

// golden is 2^64 / phi, odd.
const golden = 0x9e3779b97f4a7c15

// mixed is a permutation of 64-bit numbers that looks random: the finalizer of SplitMix64 (Steele, Lea, Flood 2014).
func mixed(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Text is what is sent: the prompt, whose first words are its own where the set is cold. Of a prompt with a prefix that it shares
// with others, the first words of the prefix are its own in that selection, and those after it the prompt's. It has as many tokens
// as the prompt by Estimate, which takes each of the words for one, as usual tokenizers do.
func (e Entry) Text() string {
	if e.opening == 0 {
		return e.Prompt
	}
	if e.shared == 0 {
		return begun(e.Prompt, e.opening)
	}
	return begun(e.Prompt[:e.shared], e.opening) + begun(e.Prompt[e.shared:], e.own)
}

// begun is a text that begins with the words of a number, in the place of as many tokens.
func begun(prompt string, number uint64) string {
	tokens, size := head(prompt, openingTokens)
	if tokens == 0 {
		return prompt
	}
	rest := prompt[size:]
	var text strings.Builder
	text.Grow(len(prompt) + 6*openingTokens)
	if prompt[0] == ' ' { // it comes after something
		text.WriteByte(' ')
	}
	say(&text, tokens, number)
	if rest != "" && classOf(rune(rest[0])) != blank {
		text.WriteByte(' ')
	}
	text.WriteString(rest)
	return text.String()
}

// say writes so many words, of which the first eight spell the number.
func say(to *strings.Builder, count int, number uint64) {
	number = mixed(number)
	for i := range count {
		if i > 0 {
			to.WriteByte(' ')
		}
		if i > 0 && i%8 == 0 {
			number = mixed(number + golden)
		}
		to.WriteString(words[number>>(i%8*8)&0xff])
	}
}

// head is how many bytes the first tokens of a text have, by Estimate, and how many tokens those are: as many as were asked for,
// or a few more where the last run of like runes has more, or all.
func head(text string, least int) (tokens, size int) {
	for size < len(text) && tokens < least {
		n, of := run(text[size:])
		tokens += of
		size += n
	}
	return tokens, size
}

// words are 256 usual words of up to five letters.
var words = strings.Fields(`
able about above after again agree ahead alarm album alert alike alive allow alone along among angle angry apart apple apply
arena argue arise armed array aside asset audio avoid award aware badly baker basic beach began begin being below bench
birth black blame blind block blood board boost bound brain brand bread break brief bring broad broke brown build built
buyer cable carry catch cause chain chair chart chase cheap check chest chief child china chose civil claim class clean
clear click clock close coach coast could count court cover craft crash cream crime cross crowd crown curve cycle daily
dance death delay depth doing doubt dozen draft drama drawn dream dress drink drive eager early earth eight elite empty
enemy enjoy enter equal error event every exact exist extra faith false fault field fifth fifty fight final first fixed
flash fleet floor fluid focus force forth forty forum found frame fresh front fruit fully funny giant given glass globe
going grace grade grand grant grass great green gross group grown guard guess guest guide happy heart heavy hence horse
hotel house human ideal image index inner input issue joint judge known label large laser later laugh layer learn lease
least leave legal level light limit local logic loose lower lucky lunch magic major maker march match maybe mayor media
metal might minor mixed model money month moral motor mount mouse mouth movie music never night noise north noted novel
nurse occur ocean offer often order other outer owner paint panel paper party peace phase
`)
