package engine

import "time"

// Device computes an engine's steps. The engine calls it from one goroutine at a time; it belongs to that engine alone, unless it
// says otherwise.
type Device interface {
	// Model is what it serves, the same at all times.
	Model() Model
	// Run computes a step: appends each chunk's tokens to its sequence, and sets Next of the chunks that are to be sampled. It
	// returns when the step ends: now, or a later instant if the device only models time, which the engine then waits for.
	//
	// What goes wrong with one sequence goes into its chunk's Err and ends that sequence. An error returned means that the
	// device is of no more use, and ends the engine.
	Run(step *Step) (end time.Time, err error)
	// Evict takes the memory of a sequence's tokens away. Its next chunk begins at position 0 and has all its tokens, those
	// that the device has sampled too; what it samples then must be what it would have sampled without the eviction.
	Evict(sequence uint64)
	// Free forgets a sequence that has ended, evicted or not, even one of which no chunk has come.
	Free(sequence uint64)
}

// Model is what requests and an engine's limits must fit.
type Model struct {
	Vocab    int // token ids are 0 to Vocab-1
	EOS      int // the id with which a sequence says that it is over; -1 if there is none
	MaxLen   int // most tokens of a sequence; 0 if any number will do
	KVTokens int // how many tokens the memory has room for, of all sequences together; 0 if that does not matter
}

// Step is a batch of chunks that a device computes at once. It is the device's until Run returns.
type Step struct {
	// Start is when the step begins: when the one before it ended, or 1 us after the request came that an idle engine begins with.
	Start time.Time
	// Dropped are adapters that CPU memory has no more room for, Loads those that are then put into slots.
	Dropped []string
	Loads   []Load
	// Chunks are at most one for each sequence: those that decode, then those that prefill, in order of priority and admission.
	Chunks []Chunk
}

// Load is an adapter that is put into a slot of device memory before a step.
type Load struct {
	Adapter  string
	FromDisk bool // else it is in CPU memory
}

// Chunk is one sequence's part of a step.
type Chunk struct {
	Sequence uint64   // unique within the engine, from 1
	Tokens   []int    // to be appended; at least one, and the device must not alter them
	Position int      // of Tokens[0]: how many tokens of the sequence the device has
	Decode   bool     // one token, which the device has sampled; else a part of a prefill
	Adapter  string   // "" for the base model
	Length   int      // the sequence will not have more tokens than this
	Sample   bool     // the last known token is in: sample the one after it
	BanEOS   bool     // do not sample EOS
	Sampling Sampling // the same in all chunks of a sequence

	// Set by the device.
	Next int   // the sampled token, if Sample
	Err  error // ends the sequence
}

// Sampling is how tokens are chosen.
type Sampling struct {
	Temperature float64 // at least 0; 0 is greedy
	TopP        float64 // above 0 and at most 1
	Seed        uint64
}
