# Turn SQL files into one C header: an enum of statements with a table of
# names and texts, and the scripts (files whose first line is "-- script:").
#
#   -- name: job_due        starts a statement, up to the next name or the end
#   -- script: schema       makes the whole file one script, sql_schema[]
#
# Refused: text before the first name, a name given twice, an empty
# statement, an unnamed parameter (?), more than one statement under a name.

function fail(what) {
	printf("%s:%d: %s\n", FILENAME, FNR, what) > "/dev/stderr"
	failed = 1
	exit 1
}

function close_statement() {
	if (name == "")
		return
	if (text[name] !~ /;[ \t]*\n?$/)
		fail("statement " name " does not end in a semicolon")
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

/^[ \t]*--/ || /^[ \t]*$/ { next }

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
	print "enum sql_id {"
	for (i = 1; i <= n; i++)
		printf("\tSQL_%s,\n", toupper(order[i]))
	print "\tSQL__MAX\n};\n"
	print "static const struct sql_text {\n\tconst char *name;"
	print "\tconst char *text;\n} sql_texts[SQL__MAX] = {"
	for (i = 1; i <= n; i++) {
		printf("\t[SQL_%s] = { \"%s\",\n", toupper(order[i]), order[i])
		m = split(text[order[i]], lines, "\n")
		for (j = 1; j < m; j++)
			print "\t    " quote(lines[j])
		print "\t},"
	}
	print "};\n\n#endif"
}
