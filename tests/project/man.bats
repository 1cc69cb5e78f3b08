#!/usr/bin/env bats
# shellcheck disable=SC2154 # helper.bash sets what is used here
# The manual says what the programs do: no more options, and no fewer.

setup() {
	load ../support/helper.bash
	man=$abs_top_srcdir/man
}

# The long options in a text, one a line.
options() {
	grep -oE -- '--[a-z][a-z-]+' | sort -u
}

# Those of a manual page, where --json is written "Fl -json".
page_options() {
	grep -oE '\bFl -[a-z][a-z-]+' "$man/$1" | sed 's/^Fl /-/' | sort -u
}

# Two lists must be the same; says what is only in one.
same() {
	diff <(echo "$1") <(echo "$2") >"$BATS_TEST_TMPDIR/diff" || {
		echo "< --help only, > manual only:"
		cat "$BATS_TEST_TMPDIR/diff"
		return 1
	}
}

# Names of all commands, one a line: "job add".
commands() {
	"$MINUTEHAND" --help | sed -n 's/^  \([a-z][a-z]*\( [a-z]*\)\{0,1\}\)  .*/\1/p; s/^  import .*/import/p' |
		sed 's/ *$//' | uniq
}

# How a page looks, without bold and underline.
rendered() {
	mandoc -T utf8 "$man/$1" | col -b
}

@test "every page is valid mdoc" {
	run mandoc -Tlint -W warning "$man"/*.[1-8]
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "every page is installed, and names itself" {
	for page in "$man"/*.[1-8]; do
		page=${page##*/}
		grep -q "man/$page" "$man/Makemodule.am"
		grep -qi "^\.Dt ${page%.*} ${page##*.}$" "$man/$page"
	done
}

@test "every page referred to exists here or in the system" {
	grep -hoE '^\.Xr [^ ]+ [1-8]' "$man"/*.[1-8] | sort -u >"$BATS_TEST_TMPDIR/refs"
	while read -r _ name section; do
		case $name in
		minutehand* | ticker)
			[ -f "$man/$name.$section" ] || {
				echo "$name($section)"
				return 1
			}
			;;
		esac
	done <"$BATS_TEST_TMPDIR/refs"
}

@test "ticker: options" {
	same "$("$TICKER" --help | options)" "$(page_options ticker.8)"
	for o in c h V; do
		"$TICKER" --help | grep -qE -- "-$o\b"
		grep -qE "Fl ([a-zA-Z] \| )*$o\b" "$man/ticker.8"
	done
}

@test "ticker: exit statuses" {
	for n in 64 69 70 75 78; do
		"$TICKER" --help | grep -qw "$n"
		grep -q "^\.It $n$" "$man/ticker.8"
	done
}

@test "ticker: the states of --dry-run" {
	for word in send skip hold quarantine; do
		grep -q "^\.It $word$" "$man/ticker.8"
		grep -q "\"$word\"" "$abs_top_srcdir/ticker/tick/show.c"
	done
}

@test "minutehand: commands" {
	[ "$(commands | wc -l)" -ge 10 ]
	while read -r command; do
		grep -qE "^\.It Ic $command( |$)" "$man/minutehand.1" || {
			echo "$command is not in the manual"
			return 1
		}
	done < <(commands)
	while read -r command; do
		commands | grep -qxF "$command" || {
			echo "$command is only in the manual"
			return 1
		}
	done < <(sed -nE 's/^\.It Ic ([a-z]+( [a-z]+)?)( .*)?$/\1/p' "$man/minutehand.1")
}

@test "minutehand: options" {
	{
		"$MINUTEHAND" --help
		while read -r command; do
			# shellcheck disable=SC2086 # two words
			"$MINUTEHAND" $command --help
		done < <(commands)
		"$MINUTEHAND" import crontab --help
	} >"$BATS_TEST_TMPDIR/help"
	same "$(options <"$BATS_TEST_TMPDIR/help")" "$(page_options minutehand.1)"
}

# The page leaves the list of routes to --help; those it names must be there.
@test "minutehand.fcgi: options, and the routes it speaks of" {
	"$FCGI" --help >"$BATS_TEST_TMPDIR/help"
	n=0
	while read -r route; do
		n=$((n + 1))
		grep -qE "[ /]${route#/}([ /]|$)" "$BATS_TEST_TMPDIR/help" || {
			echo "$route is no route"
			return 1
		}
	done < <(sed -nE 's/^\.Pa ((\/(v1|healthz)|[a-z]+_)[^ ]*).*/\1/p' \
	    "$man/minutehand.fcgi.8" | sed 's/[{}]/\\&/g')
	[ "$n" -ge 5 ]
	for o in c h V -help; do
		grep -qE "^\.(It|Op) .*(Fl .*)?\b${o#-}\b" "$man/minutehand.fcgi.8"
	done
}

@test "minutehand.conf: every option of the example" {
	new_store
	n=0
	while read -r option; do
		n=$((n + 1))
		grep -qE "^\.It .*\b$option\b" "$man/minutehand.conf.5" || {
			echo "$option is not in the manual"
			return 1
		}
	done < <(sed -nE 's/^#?[ 	]*([a-z_]+) = .*/\1/p' "$CONF" | sort -u)
	[ "$n" -ge 10 ]
}

@test "minutehand-store: every table and column" {
	new_store
	rendered minutehand-store.5 >"$BATS_TEST_TMPDIR/page"
	tables=$(sqlite3 "$DIR/store.db" \
	    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
	[ -n "$tables" ]
	for table in $tables; do
		grep -qi "Table $table$" "$BATS_TEST_TMPDIR/page"
		section=$(sed -n "/Table $table$/,/^   [A-Z]/p" "$BATS_TEST_TMPDIR/page")
		for column in $(sqlite3 "$DIR/store.db" \
		    "SELECT name FROM pragma_table_info('$table')"); do
			grep -qw "$column" <<<"$section" || {
				echo "$table.$column is not in the manual"
				return 1
			}
		done
	done
	version=$(sqlite3 "$DIR/store.db" 'PRAGMA user_version')
	grep -q "version of the schema, $version at present" "$man/minutehand-store.5"
}

@test "minutehand-store: the examples work" {
	new_store
	sqlite3 "$DIR/store.db" ".backup '$BATS_TEST_TMPDIR/backup.db'"
	[ "$(sqlite3 "$BATS_TEST_TMPDIR/backup.db" 'PRAGMA integrity_check')" = ok ]
	sed -n '/^sqlite3 -readonly/,/^\.Ed/p' "$man/minutehand-store.5" |
		sed '/^\.Ed/d; s/\\e$/\\/' >"$BATS_TEST_TMPDIR/example"
	sed -i "s|~/.minutehand/store.db|$DIR/store.db|" "$BATS_TEST_TMPDIR/example"
	sh -e "$BATS_TEST_TMPDIR/example"
}
