#!/bin/sh
# The bar of STYLE.md, measured on the tree: figures.sh, run in its root.
set -eu

code=$(find lib net fcgi ctl ticker -name '*.[ch]' | sort)
tests=$(find tests \( -name '*.[ch]' -o -name '*.bats' -o -name '*.bash' \) |
	sort)

lines() {
	# shellcheck disable=SC2086
	cat $1 | wc -l
}

# Comments and strings blanked, so that only code is counted.
bare() {
	awk '{
		gsub(/\\./, "")
		gsub(/"[^"]*"/, "\"\"")
		gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "")
		if (!in_comment && sub(/\/\*.*/, "")) {
			print
			in_comment = 1
		} else if (in_comment) {
			if (/\*\//)
				in_comment = 0
			print ""
		} else
			print
	}' "$1"
}

# Definitions at file scope that are not const themselves: a pointer to const
# data counts, a table of const structures does not.
variables() {
	for f in $code; do
		case $f in
		*.h) continue ;;
		esac
		bare "$f" | awk -v f="$f" '
		/^static struct [{]$/ { open = 1 }
		open && /^}/ {
			open = 0
			print f ": static struct " $2
		}
		/^(static )?[a-z_][a-zA-Z0-9_ *]*[ *][a-z_0-9]+(\[[^]]*\])*( =.*|;)$/ {
			if (/^(extern|typedef|return|goto) /)
				next
			head = $0
			sub(/ =.*|;$/, "", head)
			if (head ~ /\*/ ? head ~ /\*const / : head ~ /const /)
				next
			print f ": " head
		}'
	done
}

row() {
	printf '| %-46s | %s |\n' "$1" "$2"
}

# shellcheck disable=SC2086
long=$(wc -l $code $tests | awk '$2 != "total" && $1 > 600' | wc -l)
# shellcheck disable=SC2086
files=$(printf '%s\n' $code $tests | wc -l)
# shellcheck disable=SC2086
spans=$(build-aux/limits.sh --functions $code | sort -n)
spread=$(printf '%s\n' "$spans" | awk '{ v[NR] = $1 } END {
	printf("%d / %d / %d of %d", v[int((NR + 1) / 2)],
	    v[int(NR * 0.9 + 0.5)], v[NR], NR) }')
mains=$(printf '%s\n' "$spans" | awk '$3 == "main" {
	sub(/\/.*/, "", $2); printf("%s%s %d", s, $2, $1); s = ", " }')
# shellcheck disable=SC2086
told=$(build-aux/limits.sh --prototypes $code | awk '
	{ n++; yes += $1 == "yes" } END { print yes + 0 " of " n + 0 }')
found=$(variables)
globals=$(printf '%s' "$found" | grep -c . || true)
# shellcheck disable=SC2086
sql=$(grep -hE '"(SELECT |INSERT INTO |UPDATE [a-z_]+ SET|DELETE FROM |CREATE (TABLE|INDEX)|ALTER TABLE|DROP |PRAGMA |BEGIN |COMMIT;|ROLLBACK;|VACUUM)' \
	$code | grep -c . || true)
statements=$(cat sql/*.sql | grep -c '^-- name: ')
prepared=0
if grep -qs 'i < SQL__MAX' tests/unit/db/t_sql.c; then
	prepared=$statements
fi

row measure "this tree"
printf '| %s | --- |\n' ----------------------------------------------
row "files over 600 lines" "$long of $files"
row "lines of a function: median / p90 / max" "$spread"
row "lines of main()" "$mains"
row "public prototypes with a contract" "$told"
row "mutable file-scope variables" "$globals"
row "SQL statements outside sql/" "$sql"
row "statements prepared against the schema in tests" "$prepared of $statements"
# shellcheck disable=SC2086
mute=$(awk -f build-aux/comments.awk $code $tests sql/*.sql sql/*/*.sql |
	grep -c 'says what the file is' || true)
row "files without a line that says what they are" "$mute"
# shellcheck disable=SC2086
full=$(printf '%s\n' $code $tests | sed 's|/[^/]*$||' | sort | uniq -c |
	awk '$1 > 40' | wc -l)
row "folders of more than 40 files" "$full"
# shellcheck disable=SC2086
foreign=$(grep -l '^#include <sqlite3.h>' $code | grep -vc '^lib/db/' || true)
row "files outside lib/db/ that include sqlite3.h" "$foreign"
row "test lines / code lines" "$(lines "$tests") / $(lines "$code") = $(
	awk -v t="$(lines "$tests")" -v c="$(lines "$code")" \
	    'BEGIN { printf("%.2f", t / c) }')"
if [ -n "$found" ]; then
	printf '\nmutable at file scope:\n%s\n' "$found"
fi
