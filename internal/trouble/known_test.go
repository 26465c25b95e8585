package trouble

// trouble is what a user meets whose text alone does not say what to do.
type trouble struct {
	says  []string // texts of the code, or parts of them, with "…" for what varies
	cause string
	cure  string
}

// topics are the troubles by when they come.
var topics = []struct {
	title    string
	troubles []trouble
}{
	{"Before anything is measured", []trouble{
		{[]string{"no such commit"}, "The baseline is not in this clone: a shallow clone, a branch that was not fetched, or a typing error.",
			"`git fetch --unshallow`, or `fetch-depth: 0` with actions/checkout; the message names the command that may bring it."},
		{[]string{"not in a git work tree"}, "The baseline is to come from git, and there is no repository: an unpacked archive, an image without `.git`.",
			"Run in a clone, or compare saved results: `-regress.baseline=old.txt -regress.candidate=new.txt`."},
		{[]string{"there is none to choose by default: …"}, "There is no repository, or it has no history to choose from.", "Give one, with `-regress.baseline` or `Gate.Baseline`."},
		{[]string{"not in the repository …"}, "The package lies outside of the repository that the gate runs in, as by a `replace` or a workspace.",
			"Gate it from a test in its own repository."},
		{[]string{"no test files", "no Go package here"},
			"`Gate.Packages` names folders without tests; relative patterns count from the test's folder.", "Correct `Gate.Packages`; `go list ./...` shows what there is."},
		{[]string{"does not build", "go list: …"}, "One side does not compile, most often because the baseline needs files that are not committed, or a private module.",
			"Build it by hand: `git worktree add /tmp/base REVISION && cd /tmp/base && go vet ./pkg`."},
		{[]string{"the source has changed since it was built"}, "A file was edited while the gate ran.", "Run it again, and edit nothing meanwhile."},
		{[]string{"the lock must be a plain file of this user's", "another gate is measuring on this machine"},
			"Gates of one user on one machine wait for each other; a lock of a gate that died is taken over. Only what is no lock stands in the way.",
			"Wait; or remove the file that is named. A test's `-timeout` counts the waiting, too."},
		{[]string{"still being removed after …", "it lists more than … MiB"}, "The disk or git is very slow, or the repository is extremely large.", "See what else uses the disk, and run it again."},
		{[]string{"…: more than … KiB"}, "A policy, or another file of settings, is far larger than any that is one.", "Name the right file."},
	}},
	{"While a side is measured", []trouble{
		{[]string{"the test binary exited with status …"}, "The benchmark failed, panicked or called os.Exit; what it printed last stands below the message. `out of memory`: it makes something of b.N's size, which is 1,000,000,000 where sides take turns.",
			"Make as many inputs as are to differ, and use them in turn. Otherwise run it alone, on the side that is named: `go test -run '^$' -bench NAME -benchtime 100x ./pkg`. If it needs a variable that looks like a secret, name it in `Gate.Env`."},
		{[]string{"killed (SIGKILL), and not by the gate: most likely the machine ran out of memory, or a limit was reached", "ended by signal … (…)"},
			"The kernel or somebody else ended the process. Both sides are in memory at once.", "Make the workload smaller, or take a larger machine; `dmesg` tells of the kernel's kills."},
		{[]string{"no answer", "it does not read what it is granted", "it did not end within …"},
			"The benchmark hangs, or one of its requests takes longer than the time limit.", "Fix the hang, or raise `-regress.timeout`."},
		{[]string{"the process ended", "a frame of kind … where … was to come", "a result that cannot be: …"},
			"The benchmark ended early, or wrote to descriptors 3 and 4, which are the gate's; or what it says it took is more than there was.",
			"Let the benchmark loop end by itself, close no descriptors that it has not opened, and call each Recorder's methods as its documentation says."},
		{[]string{"a benchmark must run alone as it does among others"},
			"Run alone, the benchmark reports other names or more than one result: its names depend on what ran before, or it changes GOMAXPROCS.",
			"Give sub-benchmarks fixed names, and leave GOMAXPROCS to `-cpu`."},
		{[]string{"printed more than … MiB to standard output: a benchmark must not print"}, "Output is read along with results.", "Print with `b.Log`, or not at all."},
		{[]string{"the …'s tailgate is too old to take turns", "it decides itself when its requests are served"},
			"No failure: that benchmark is measured in whole runs, which take longer to reach a verdict.", "Nothing, or use `workload.Record` on both sides."},
		{[]string{"no requests were served", "a profile of over … MiB", "a profile of over … MiB, unpacked"},
			"No failure: a regression could not be explained by profiles. The verdict stands.", "Profile by hand, or leave it out with `-regress.profile=off`."},
	}},
	{"When it is judged", []trouble{
		{[]string{"beyond both limits, but the measurements vary too much to be sure"},
			"`inconclusive`: the estimate is beyond the limits, and the interval is not. The machine is noisy, the budget small, or the change close to the limit.",
			"The reason says how many rounds would settle it: raise `-regress.budget`, use a quieter machine, or widen the limit."},
		{[]string{"… rounds can never reach significance: at least … are needed (a larger budget)",
			"… baseline and … candidate runs can never reach significance at alpha …: at least … a side are needed (-count=…, or a larger budget)"},
			"With so few values no difference, however large, could be significant: such a gate could never fail.", "Raise `-regress.budget`; record saved results with a larger `-count`."},
		{[]string{"the rule matches nothing"}, "A rule of the policy speaks of a benchmark or a metric that there is not: a gate with a typing error must not be green.",
			"Correct the rule; the reason lists what there is. `benchmark` must match the whole name, without `Benchmark` and `-8`."},
		{[]string{"removed: in the baseline, not in the candidate"}, "A benchmark was deleted or renamed.", "Rename it back; or, if that is meant, write `\"on_removed\": \"warn\"` in the policy."},
	}},
	{"Saved results", []trouble{
		{[]string{"no benchmark results", "does not exist", "matches no file", "no file of benchmark results is named"}, "The file is missing or empty, or it is the output of a run that had no benchmarks.",
			"`go test -run '^$' -bench . -benchtime 100x -count 10 ./pkg > old.txt`"},
		{[]string{"end here without PASS or ok: the run was cut short", "… started and did not end: the run was cut short"},
			"The run that wrote the file was killed or cancelled, or its output was cut by a pipe.", "Record it again, to the end."},
		{[]string{"file too large"}, "It is larger than any that is read.", "Split it, or record fewer repetitions."},
		{[]string{"something follows it", "config.model is …", "… of … prompts succeeded", "metrics has … under an old and a new name",
			"metrics has neither p90_latency_ms nor p90_latency", "metrics.… is no number"},
			"A JSON file of the inference gateway's load generator that was cut short, edited, or is of a run in which nothing succeeded.", "Run the load again, with `--save-json-results`."},
	}},
	{"Workloads", []trouble{
		{[]string{"workload: … recorded no request"}, "The benchmark ended, and no request went through its Recorder.", "Serve requests with `Recorder.Do` inside the benchmark's loop, or `Recorder.Drive` in its place."},
		{[]string{"workload: … … panicked: …\n…", "load: request … panicked: …\n…"}, "The function that serves a request panicked; its stack follows.", "Mend it; the message has the request's number."},
		{[]string{"workload: environment variable …: …"}, "A plant that somebody wrote by hand: gates write `TAILGATE_PLANT` themselves.", "Leave it to `-regress.inject`."},
		{[]string{"workload: … token gaps in one turn, where … is the most"}, "A turn has requests of so many tokens that their gaps exceed what one result carries.", "Serve fewer tokens a request, or report them with `Request.Timed` and no gaps."},
	}},
	{"A service under load", []trouble{
		{[]string{"no complete reply in time", "the time to drain is over"}, "`timeout`: the request's time was over before its reply was.",
			"Raise the scenario's `timeout`, lower its `rates`, or see what holds the server up."},
		{[]string{"status …"}, "The server, or a gateway before it, answered with an error; what it said follows. 404 is often a model's name or `target.api`, 429 and 503 too much load, 401 a key that was not given.",
			"Correct the scenario's `model`, `target` or `rates`; a key is named by `target.api_key_env`."},
		{[]string{"the stream ended after … events without [DONE]", "a stream of … events, none of which has text or a finish_reason", "the reply has neither text nor a finish_reason: …", "no JSON",
			"the reply is …, where … was asked for", "event …: …", "the reply has more than … bytes"}, "`malformed` or `truncated`: what came is not the OpenAI API's reply, or not all of it.",
			"See that the address is that of the API, and not of a page or a proxy's; that `target.api` is the server's; and what the server logged: many break off when a worker dies."},
		{[]string{"… of … prompts have failed, where … may (max_error_percent): …", "serving: all of … prompts failed: …", "a first prompt failed: …"}, "More requests failed than the scenario allows; what was said most often stands first.",
			"Look that up here; if so many may fail, raise `max_error_percent`."},
		{[]string{"the target names no metrics pages"}, "No failure: `server-` metrics are left out.", "Nothing, or list the servers' pages in `target.metrics`."},
		{[]string{"whether … req/s holds is not known, since … runs were invalid: …"}, "A sweep could not try a rate: the load generator could not keep to its times.",
			"Run the load generator on a machine that has the CPU time to spare, or lower `sweep.high`."},
		{[]string{"the server has not recovered within … from a rate that did not hold: a request by itself does not keep the SLO"}, "After a rate that it could not hold, the server went on with what had been given up.",
			"Raise `idle` and `timeout`; loosen the `slo` if even one request by itself cannot keep it."},
		{[]string{"serving: log: …"}, "The log of requests (`Options.Log`) could not be written: a full disk, or a closed file.", "Write it elsewhere."},
	}},
	{"Shards", []trouble{
		{[]string{"…: it is no folder of a shard's results, or the shard did not end…"}, "A shard's job failed before it had measured, or its artifact was not brought.",
			"See what became of its job; name folders that have a shard.json with `-regress.in`."},
		{[]string{"… was measured by another version of tailgate than this one: …, not …"}, "The shards and the merge were built at different commits, or go.mod changed in between.", "Run them all at one commit."},
		{[]string{"…: … is missing", "…: … is not as the shard left it: it was cut short or edited", "its sum does not match: it was edited",
			"…: its manifest says nothing of …", "…: … is no file in its folder", "it has no benchmarks", "… comes twice", "it is for shard … of …",
			"it is for shard …, and shard … measured it", "neither side has it", "it was measured, and one side lacks it", "it has … rounds", "it was judged after … rounds",
			"… has results of …, which this shard did not measure", "…: its benchmarks are not in the order in which a gate finds them: it was edited",
			"it was measured, and there is nothing to judge of it", "it was to be measured, and was not",
			"verdict.json has … verdicts, and its rounds lead to …: it was edited", "verdict.json says … of … …, and its rounds lead to …: it was edited",
			"it has … rounds, and its … …", "it was judged after … of … rounds, and all was settled before", "it was judged after … rounds, where the plan has no look",
			"its verdicts are not settled by its rounds: some of them are gone"},
			"What a shard left was changed on its way: cut short, edited, or mixed with another run's.", "Bring its folder whole, or run that shard again."},
		{[]string{"its gate ended with: …"}, "That shard was `invalid`, for the reason that follows.", "Look the reason up here, and run that shard again."},
		{[]string{"it is no verdict.json of version 1, but of …", "it says of no benchmark how long it took to measure: take the verdict.json of a gate that measured, or of a merge"},
			"`-regress.costs` names something else than the verdict of an earlier gate that measured.", "Name one, or leave it out: benchmarks are then dealt out by name."},
		{[]string{"there is no shard … of …"}, "The shard's number counts from 1 to the number of shards.", "Write `-regress.shard=1/2` and `2/2`."},
	}},
}

// unseen are texts that no user meets by themselves: they stand in others, or only code that is wrong brings them.
var unseen = []string{
	"stalled", "duet: closed", "duet: a turn of … requests: grant 1 to …", "ended by the gate", "…: not in the tree …", "… more problems",
	"a request before has failed", "the request was not sent", "the run ended before the request had a place among those under way", "given up while it was under way", "the request: …",
	"not sent: the rate does not hold", "serving: warm-up: …", "serving: sweep: …",
}
