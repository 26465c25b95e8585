// Package dataset reads the conversations that the inference gateway's regression guide sends as prompts, and selects from them.
//
//	set, err := dataset.Open("billsum_conversations.json", dataset.Options{Filter: dataset.LoadGenerator(1024, 1024)})
//	...
//	selection := set.Sample(90_000, seed)
//	fmt.Println(selection.Hash())
//
// # The file
//
// A JSON array of objects, each with the key conversations, an array of {"from": ..., "value": text}; other keys are skipped.
// ShareGPT, billsum and Infinity-Instruct come so from the guide's import script. Files are read as a stream: what is kept
// in memory is at most Options.Keep conversations, drawn by reservoir sampling (Vitter 1985, algorithm R), however many gigabytes
// the file has.
//
// # What a prompt is
//
// The guide's load generator and vLLM's benchmark take turn 0 for the prompt and turn 1 for the expected answer ([FirstTwo]).
// inference-perf takes the last turn of Infinity-Instruct for the answer and joins all earlier ones ([AllEarlier]). [Growing]
// makes a request of every other turn. Turns from "system" are left out. The same
// file gives different prompts per tool, and a result says little without them: [Selection.Write] writes what was selected,
// [Selection.Hash] names it.
//
// With [Options.Cold] the first words of each prompt that is sent are its own ([Entry.Text]).
//
// # Tokens
//
// Lengths are in tokens. [Estimate] guesses them without a tokenizer; put a real one into Options.Count where the guess will
// not do. What a server generated is known from its usage alone.
//
// # Sets that are made up
//
// [Synthetic] makes prompts of given lengths, with prefixes that they share.
//
// The guide's files are of gigabytes, and others' texts. The command synthesize makes up sets of the same lengths, whose texts mean
// nothing; those in testdata/datasets are made so:
//
//	go run ./workload/serving/dataset/synthesize sharegpt 40 7 > testdata/datasets/sharegpt.json
//	go run ./workload/serving/dataset/synthesize billsum 12 7 > testdata/datasets/billsum.json
//	go run ./workload/serving/dataset/synthesize infinity-instruct 32 7 > testdata/datasets/infinity-instruct.json
package dataset
