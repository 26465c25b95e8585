# Cleans up after a gate. $1 is the scratch folder. Standard input ends when the gate and all its process groups are gone.
trap '' HUP INT QUIT TERM
while read -r _; do :; done

# What has left its group is told by the folder for temporary files in its environment. Only Linux shows that. The folders above may
# have any name, so that only that of the scratch is looked for.
strays() {
	case $1 in
	*[!a-z0-9-]*) ;; # no gate made it
	*) grep -lsz "TMPDIR=.*/$1/tmp/" /proc/[0-9]*/environ ;;
	esac
}

# A process that is being killed may start another.
for _ in 1 2 3 4 5 6 7 8 9 10; do
	found=
	for stray in $(strays "${1##*/}"); do
		found=yes
		stray=${stray#/proc/}
		kill -s KILL "${stray%/environ}"
	done
	test -n "$found" || break
done

cd "$1" || exit

# Folders without write permission cannot be emptied.
remove() {
	rm -rf "$1" && return
	find "$1" -type d -exec chmod u+rwx {} \;
	rm -rf "$1"
}

# repo/NAME links to the git folder that tree/NAME is a worktree of. No path passes through text here.
for link in repo/*; do
	test -h "$link" || continue
	name=${link#repo/}
	remove "tree/$name"
	git --git-dir="$link" worktree remove --force --force "$1/tree/$name"
	# `git worktree add` cut short leaves a locked folder that git does not list.
	rm -rf "$link/worktrees/$name"
	rmdir "$link/worktrees"
done

cd /
remove "$1"
