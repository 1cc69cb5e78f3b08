#!/usr/bin/env bats
# shellcheck disable=SC2154 # helper.bash sets what is used here
# shellcheck disable=SC2016 # backquotes, not commands
# What README.md and its kin say is there is there.

setup() {
	load ../support/helper.bash
	cd "$abs_top_srcdir" || return
}

# The rooms: the first column of the map of lib/README.md.
map() {
	sed -nE 's/^\| `([^`]+)` \|.*/\1/p' lib/README.md
}

# Words in backquotes in FILE, one a line.
quoted() {
	grep -oE '`[^`]+`' "$1" | tr -d '`'
}

# Lines of the indented examples in README.md.
examples() {
	sed -n 's/^    //p' README.md
}

@test "every folder is in the map, with a line on it, and no other" {
	local folders
	folders=$(mktemp -p "$BATS_TEST_TMPDIR")
	{
		for folder in */ .ci/; do
			# A build, and what autoreconf and distcheck make, are
			# no source.
			[ ! -e "$folder/config.status" ] || continue
			case $folder in
			build-aux/) ;;
			autom4te.cache/ | build*/ | _*/ | lib/) continue ;;
			esac
			echo "$folder"
		done
		sed -n 's|^\troom("\([^"]*\)".*|\1/|p' build-aux/layers.awk
	} | LC_ALL=C sort -u >"$folders"
	[ "$(wc -l <"$folders")" -ge 30 ]
	diff "$folders" <(map | LC_ALL=C sort)
	run grep -E '\| *\| *(\||$)' lib/README.md
	[ "$status" -eq 1 ]
}

@test "no folder has more than 40 files" {
	find lib net fcgi ctl ticker sql tests -type f \
	    ! -path 'tests/vectors/*' ! -path 'tests/corpus/*' \
	    ! -name '*.o' ! -name '.*' | sed 's|/[^/]*$||' | sort | uniq -c |
	    awk '$1 > 40 { print; bad = 1 } END { exit bad }'
}

@test "where to start reading: each question begins with a path" {
	sed -n '/^Where to start/,$p' lib/README.md | grep -c '?' |
	    grep -qxE '[5-9]'
}

@test "paths that the papers name exist" {
	for paper in README.md DESIGN.md STYLE.md CONTRIBUTING.md lib/README.md; do
		while read -r path; do
			compgen -G "$path" >/dev/null || {
				echo "$paper: $path"
				return 1
			}
		done < <(quoted "$paper" |
			grep -E '^(lib|fcgi|ctl|ticker|sql|tests|man|etc|bench|build-aux|m4|\.ci)/[^ ]*$')
	done
}

@test "commands shown exist, with their options" {
	[ -x etc/demo ]
	[ -x tests/run ]
	"$MINUTEHAND" --help >"$BATS_TEST_TMPDIR/commands"
	n=0
	while read -r line; do
		n=$((n + 1))
		read -r _ one two _ <<<"$line"
		command=$one
		if grep -q "^  $one $two " "$BATS_TEST_TMPDIR/commands"; then
			command="$one $two"
		fi
		grep -q "^  $command " "$BATS_TEST_TMPDIR/commands" || {
			echo "no command: $line"
			return 1
		}
		# shellcheck disable=SC2086 # two words
		"$MINUTEHAND" $command --help >"$BATS_TEST_TMPDIR/help"
		while read -r option; do
			grep -qF -- "$option" "$BATS_TEST_TMPDIR/help" || {
				echo "no option $option: $line"
				return 1
			}
		done < <(grep -oE -- ' --[a-z-]+' <<<"$line")
	done < <(examples | grep -oE '(^|\* )minutehand [a-z].*' | sed 's/^\* //')
	[ "$n" -ge 6 ]
}

@test "the jobs of the quick start are taken" {
	new_store
	line=$(examples | grep '^minutehand job add')
	eval "\"\$MINUTEHAND\" ${line#minutehand}"
	"$MINUTEHAND" job show mail report
	"$MINUTEHAND" job delete mail report
	# The body that curl sends is the same job.
	body=$(examples | sed -nE "s/.*-d '(\{.*\})' .*/\1/p")
	echo "$body" | "$MINUTEHAND" job add --json -
	"$MINUTEHAND" job show mail report | grep -q "hour='9'"
}

@test "the way from a shell loop to a schedule is five lines that work" {
	sed -n '/^## From a shell loop/,/^## Is it/p' README.md |
		sed -n 's/^    //p' >"$BATS_TEST_TMPDIR/lines"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/lines")" -eq 5 ]
	new_store
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here"
	ln -s "$abs_top_srcdir/etc" etc
	PATH=${MINUTEHAND%/*}:$PATH sh -e "$BATS_TEST_TMPDIR/lines" >out
	[ "$(grep -c 'next run' out)" -eq 12 ]
	grep -q 'cleanup-reminders' out
}

@test "make knows the targets that are named" {
	while read -r target; do
		grep -qE "^$target:" "$abs_top_builddir/Makefile" || {
			echo "make $target"
			return 1
		}
	done < <(sed -nE 's/.*`make ([a-z-]+)[^`]*`.*/\1/p; s/^    make ([a-z-]+)( .*)?$/\1/p' \
	    README.md STYLE.md CONTRIBUTING.md DESIGN.md | sort -u)
}
