#!/bin/sh
# Limits of STYLE.md, checked: limits.sh FILES, paths from the root of the
# tree.  Silent and 0, or one line per offense and 1.  With --functions it
# prints "LINES FILE NAME" for every function instead, with --prototypes
# "yes|no FILE NAME": has a public prototype a contract?
#
# It reads KNF: a definition has its name at the start of a line, its "{" and
# "}" alone in the first column.
set -eu

what=check
case "${1-}" in
--functions | --prototypes)
	what=${1#--}
	shift
	;;
esac

# shellcheck disable=SC2016
exec awk -v what="$what" '
function offend(line, text) {
	if (what != "check")
		return
	printf("%s:%d: %s\n", file, line, text)
	bad = 1
}

# Parameters of a prototype or definition that was gathered in text.
function parameters(text,    n, i, c, depth) {
	sub(/^[^(]*[(]/, "", text)
	sub(/__attribute__.*/, "", text)
	if (text ~ /^[ \t]*(void)?[ \t]*[)]/)
		return 0
	n = 1
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c == "(" || c == "[")
			depth++
		else if (c == "," && depth == 0)
			n++
		else if (c == ")" && depth == 0)
			break
		else if (c == ")" || c == "]")
			depth--
	}
	return n
}

# What a library calls back (on_...) has the parameters it has.
function judge_parameters(text, line, name) {
	if (name !~ /^on_/ && parameters(text) > 5)
		offend(line, name " has more than 5 parameters")
}

# A public prototype: after a comment, or right below one that has it.
function judge_prototype(text, line) {
	name = text
	sub(/[ \t]*[(].*/, "", name)
	sub(/.*[ \t*]/, "", name)
	judge_parameters(text, line, name)
	if (what == "prototypes")
		print (is_told ? "yes" : "no"), file, name
	else if (!is_told)
		offend(line, name " has no contract above it")
}

function close_file() {
	if (file != "" && length_ > 600)
		offend(length_, "more than 600 lines")
}

FNR == 1 {
	close_file()
	file = FILENAME
	is_header = file ~ /^(lib|fcgi|ctl|ticker)\/.*[.]h$/
	is_told = in_body = gathering = in_note = depth = 0
	head = ""
}

{ length_ = FNR }

# Definitions.
in_body {
	if ($0 ~ /^}/) {
		in_body = 0
		if (what == "functions")
			print FNR - began + 1, file, fname
		else if (FNR - began + 1 > 60)
			offend(began, fname " has more than 60 lines")
	}
	next
}

!is_header && /^[A-Za-z_][A-Za-z0-9_]*[(]/ {
	fname = $0
	sub(/[(].*/, "", fname)
	head = $0
	began = FNR
	next
}

!is_header && head != "" && /^[{]/ {
	judge_parameters(head, began, fname)
	in_body = 1
	head = ""
	next
}

!is_header && head != "" {
	head = head " " $0
	if ($0 ~ /^$/ || $0 ~ /;[ \t]*$/)
		head = ""
	next
}

!is_header { next }

# Headers: a comment, then prototypes with no blank line between.
in_note {
	if ($0 ~ /\*\//)
		in_note = 0
	next
}

/^\/\*/ {
	is_told = 1
	if ($0 !~ /\*\//)
		in_note = 1
	next
}

# A struct or a list of values: its inside is not ours, and what stands
# right below it shares its comment.
depth > 0 || (/[{][^}]*$/ && !gathering) {
	depth += gsub(/[{]/, "") - gsub(/[}]/, "")
	next
}

/^$/ { is_told = 0; next }

/^#/ || /^(struct|union|enum) [a-z0-9_]+;/ || /^typedef / { next }

gathering {
	proto = proto " " $0
	if ($0 ~ /;/) {
		gathering = 0
		judge_prototype(proto, proto_line)
	}
	next
}

/^[a-z].*[(]/ && !/^extern/ {
	proto = $0
	proto_line = FNR
	if ($0 ~ /;/)
		judge_prototype(proto, proto_line)
	else
		gathering = 1
}

END {
	close_file()
	exit bad
}
' "$@"
