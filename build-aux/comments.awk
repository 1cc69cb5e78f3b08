# Comments, checked: awk -f build-aux/comments.awk FILES, with paths from the
# root of the tree.  Silent and 0, or one line per offense, 1.
#
# - The first line of a file that is no header is a comment that says what the
#   file is; behind "#!" and what is meant for a checker, in a script.
# - No line of a comment is longer than 80 columns, with tabs of 8.
# - Not so in scripts of migration, which are never edited once released.
# - A paragraph is filled: no line of it but the last is so short that the
#   first word of the next one would have ended before column 64.

function offend(line, what) {
	printf("%s:%d: %s\n", FILENAME, line, what)
	bad = 1
}

function columns(s,    i, n) {
	gsub(/[\200-\277]/, "", s) # the further bytes of a character
	for (i = 1; i <= length(s); i++)
		n += substr(s, i, 1) == "\t" ? 8 - n % 8 : 1
	return n
}

# A line of the paragraph before is followed by text, in the same column.
function follow(text, indent,    word) {
	word = text
	sub(/[ \t].*/, "", word)
	if (last != "" && indent == last_indent && text ~ /^[A-Za-z0-9`"'(]/ && \
	    text !~ /^(shellcheck|NOLINT|clang-format)/ && last !~ /[.:;]$/ && \
	    last !~ /  / && text !~ /[^.!?:]  / && \
	    last_columns + 1 + length(word) < 64)
		offend(FNR - 1, "the paragraph is not filled")
	last = text
	last_indent = indent
	last_columns = columns($0)
	if (last_columns > 80 && text !~ /^shellcheck /)
		offend(FNR, "a comment of more than 80 columns")
}

# "#" or "--" in the first column, and what stands behind it: elsewhere it may
# be part of a text.
function line_comment(mark,    text, indent) {
	text = $0
	if (!sub("^" mark, "", text)) {
		last = ""
		return
	}
	match(text, /^ */)
	indent = RLENGTH
	sub(/^ +/, "", text)
	if (text ~ /^(script|name|columns): /)
		text = ""
	follow(text, indent)
}

FNR == 1 {
	is_c = FILENAME ~ /[.][ch]$/
	mark = FILENAME ~ /[.]sql$/ ? "--" : "#"
	last = ""
	in_block = 0
	needs = FILENAME !~ /[.]h$/
	if (!is_c && /^#!/)
		next
}

needs && is_c && FNR == 1 {
	needs = 0
	if ($0 !~ /^\/\*/)
		offend(1, "no comment that says what the file is")
}

needs && !is_c {
	if ($0 ~ /^# shellcheck / || $0 == "")
		next
	needs = 0
	if (index($0, mark " ") != 1 && $0 !~ /^"""/)
		offend(FNR, "no comment that says what the file is")
}

!is_c {
	line_comment(mark)
	next
}

# A block of its own: each line begins with a star.
/^[ \t]*\/\*( |$)/ && !/\*\// {
	in_block = 1
	last = ""
	next_text = $0
	sub(/^[ \t]*\/\* ?/, "", next_text)
	if (next_text != "")
		follow(next_text, 1)
	next
}

in_block && /\*\// {
	in_block = 0
	last = ""
	if (columns($0) > 80)
		offend(FNR, "a comment of more than 80 columns")
	next
}

in_block {
	text = $0
	sub(/^[ \t]*\*/, "", text)
	match(text, /^[ \t]*/)
	indent = RLENGTH
	sub(/^[ \t]+/, "", text)
	if (text == "")
		last = ""
	else
		follow(text, indent)
	next
}

/\/\*.*\*\/$/ {
	if (columns($0) > 80)
		offend(FNR, "a comment of more than 80 columns")
}

END { exit bad }
