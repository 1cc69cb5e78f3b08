# Turn SQL files into one C header: an enum of statements with a table of
# names and texts, and the scripts (files whose first line is "-- script:").
#
#   -- name: job_due        starts a statement, up to the next name or the end
#   -- columns: job         starts a list of columns, for statements below:
#                           {job} is the list, {:job} a parameter for each of
#                           them, {job=} an assignment to each of its parameter
#   -- script: schema       makes the whole file one script, sql_schema[]
#
# The table has the first list that a statement uses as {list}, too.
#
# Refused: text before the first name, a name given twice, an empty
# statement, an unnamed parameter (?), more than one statement under a name;
# a list that is given twice, not (yet) given, empty, or never used; {:list}
# and {list=} of one that has expressions.

function fail(what) {
	printf("%s:%d: %s\n", FILENAME, FNR, what) > "/dev/stderr"
	failed = 1
	exit 1
}

function trim(s) {
	gsub(/^[ \t\n]+|[ \t\n]+$/, "", s)
	return s
}

# A list in one of its forms: "", ":" or "=".
function columns_as(list, form,    v, n, i, all) {
	if (!(list in columns))
		fail(where() " uses columns " list ", which are not given above")
	used[list] = 1
	if (form == "")
		return columns[list]
	n = split(columns[list], v, ",")
	for (i = 1; i <= n; i++) {
		v[i] = trim(v[i])
		if (v[i] !~ /^[a-z_][a-z0-9_]*$/)
			fail(where() ": columns " list " have an expression, " v[i])
		all = all (i > 1 ? ", " : "") (form == "=" ? v[i] " = " : "") ":" v[i]
	}
	return all
}

function where() {
	return name != "" ? "statement " name : "columns " list
}

# s with the lists that it uses; first[name] is the first that it returns.
function expand(s,    done, use, form) {
	while (match(s, /[{]:?[a-z][a-z0-9_]*=?[}]/)) {
		use = substr(s, RSTART + 1, RLENGTH - 2)
		form = use ~ /^:/ ? ":" : use ~ /=$/ ? "=" : ""
		gsub(/[:=]/, "", use)
		if (form == "" && name != "" && !(name in first))
			first[name] = use
		done = done substr(s, 1, RSTART - 1) columns_as(use, form)
		s = substr(s, RSTART + RLENGTH)
	}
	return done s
}

function close_columns() {
	if (list == "")
		return
	columns[list] = trim(expand(columns[list]))
	if (columns[list] == "")
		fail("columns " list " are none")
	list = ""
}

function close_statement() {
	close_columns()
	if (name == "")
		return
	if (text[name] !~ /;[ \t]*\n?$/)
		fail("statement " name " does not end in a semicolon")
	text[name] = expand(text[name])
	name = ""
}

function quote(line) {
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	return "\"" line "\\n\""
}

BEGIN {
	print "/* Made from the .sql files by build-aux/sql2c.awk. */"
	print "#ifndef SQL_SQL_GEN_H\n#define SQL_SQL_GEN_H\n"
}

FNR == 1 {
	close_statement()
	if (in_script)
		print ";\n"
	in_script = 0
	if ($0 ~ /^-- script: [a-z0-9_]+$/) {
		in_script = 1
		printf("static const char sql_%s[] =\n", $3)
		next
	}
}

in_script {
	sub(/^[ \t]*--.*$/, "")
	sub(/[ \t]+--[^']*$/, "")
	if ($0 != "")
		print "\t" quote($0)
	next
}

/^-- name: / {
	close_statement()
	if ($0 !~ /^-- name: [a-z][a-z0-9_]*$/)
		fail("a name is lower case, digits and underscores")
	name = $3
	if (name in text)
		fail("statement " name " is defined twice")
	text[name] = ""
	order[++n] = name
	next
}

/^-- columns: / {
	close_statement()
	if ($0 !~ /^-- columns: [a-z][a-z0-9_]*$/)
		fail("a name is lower case, digits and underscores")
	list = $3
	if (list in columns)
		fail("columns " list " are given twice")
	columns[list] = ""
	lists[++nlists] = list
	next
}

/^[ \t]*--/ || /^[ \t]*$/ { next }

list != "" {
	if ($0 ~ /[;?]/)
		fail("columns " list " are not a list of columns")
	columns[list] = columns[list] $0 "\n"
	next
}

{
	if (name == "")
		fail("SQL without a name")
	if ($0 ~ /\?/)
		fail("unnamed parameter in " name)
	if (text[name] ~ /;[ \t]*\n?$/)
		fail("more than one statement under " name)
	text[name] = text[name] $0 "\n"
}

END {
	if (failed)
		exit 1
	close_statement()
	if (in_script)
		print ";\n"
	for (i = 1; i <= nlists; i++) {
		if (!(lists[i] in used))
			fail("columns " lists[i] " are never used")
	}
	print "enum sql_id {"
	for (i = 1; i <= n; i++)
		printf("\tSQL_%s,\n", toupper(order[i]))
	print "\tSQL__MAX\n};\n"
	print "static const struct sql_text {\n\tconst char *name;"
	print "\tconst char *text;\n\tconst char *columns; /* or NULL */"
	print "} sql_texts[SQL__MAX] = {"
	for (i = 1; i <= n; i++) {
		printf("\t[SQL_%s] = { \"%s\",\n", toupper(order[i]), order[i])
		m = split(text[order[i]], lines, "\n")
		for (j = 1; j < m; j++)
			print "\t    " quote(lines[j])
		if (order[i] in first)
			printf("\t    , \"%s\",\n", first[order[i]])
		else
			print "\t    , NULL"
		print "\t},"
	}
	print "};\n\n#endif"
}
