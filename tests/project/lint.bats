#!/usr/bin/env bats
# shellcheck disable=SC2154 # helper.bash sets what is used here
# shellcheck disable=SC2016 # planted text is not to be expanded
# The checkers are checked: each finds what it is for, and lets good code pass.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	tree=$BATS_TEST_TMPDIR/tree
	mapfile -t folders < <(sed -n 's/^\troom("\([^"]*\)".*/\1/p' \
	    "$abs_top_srcdir/build-aux/layers.awk")
	mkdir -p "$tree"/{sql,man,etc,bench,tests,build-aux,m4} \
	    "${folders[@]/#/$tree/}"
	cp "$abs_top_srcdir"/build-aux/{layers.awk,limits.sh} "$tree/build-aux"
	cp "$abs_top_srcdir"/.clang-{format,tidy} "$tree"
	cd "$tree" || return
	printf '# Nothing\n' >README.md
	printf 'AC_INIT\n' >configure.ac
	: >Makefile.am
	printf '%s\n' '#include "config.h"' '' '#include <stdlib.h>' '' \
	    '#include "lib/base/good.h"' '' \
	    '/* Never calls exit(3), says "printf(" at most. */' 'int' \
	    'good_twice(int n)' '{' '	return n * 2;' '}' >lib/base/good.c
	printf '%s\n' '#ifndef LIB_BASE_GOOD_H' '#define LIB_BASE_GOOD_H' '' \
	    '/* Twice n, which must not be large. */' \
	    'int good_twice(int n);' '' '#endif' >lib/base/good.h
	printf '#!/bin/sh\nset -eu\necho "$1"\n' >etc/good
	printf '.Dd November 23, 2026\n.Dt GOOD 1\n.Os\n.Sh NAME\n.Nm good\n.Nd does well\n' \
	    >man/good.1
}

# A part of make lint, for the tree made above.
part() {
	make -s -C "$abs_top_builddir" -o Makefile srcdir="$tree" "$@"
}

layers() {
	find lib net fcgi ctl ticker -name '*.[ch]' -print0 |
		xargs -0 awk -f build-aux/layers.awk
}

limits() {
	find lib net fcgi ctl ticker -name '*.[ch]' -print0 |
		xargs -0 build-aux/limits.sh
}

# FILE with that line in it breaks the layers, and is named.
breaks() {
	printf '%s\n' "$2" >"$1"
	run layers
	[ "$status" -ne 0 ] || { echo "$1: $2: let through"; return 1; }
	[[ $output == "$1:1: "* ]] || { echo "$output"; return 1; }
	rm "$1"
}

# FILE with that line in it is fine.
passes() {
	printf '%s\n' "$2" >"$1"
	run layers
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	rm "$1"
}

@test "the layers and limits of this tree hold" {
	cd "$abs_top_srcdir"
	run -0 layers
	[ -z "$output" ]
	run -0 limits
	[ -z "$output" ]
}

@test "good code passes every part, without output" {
	run part -k lint-layers lint-limits lint-shell lint-man lint-spelling \
	    lint-cppcheck lint-tidy format-check
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "layers: what is private to a folder, or to the tables" {
	cd "$tree"
	breaks lib/store/x.c '#include "lib/db/store_int.h"'
	breaks lib/sched/x.c '#include "lib/db/stmt.h"'
	breaks ticker/tick/x.c '#include "lib/db/row.h"'
	passes lib/db/x.c '#include "lib/db/store_int.h"'
	passes lib/store/x.c '#include "lib/db/stmt.h"'
}

@test "layers: an include up or sideways, in every folder" {
	local folder
	breaks lib/base/x.c '#include "fcgi/api/http.h"'
	breaks lib/base/x.h '#include "lib/time/tz.h"'
	breaks lib/store/x.c '#include "lib/sched/sched.h"'
	breaks lib/conf/x.c '#include "lib/store/run.h"'
	breaks net/redis/x.c '#include "net/amqp/amqp.h"'
	breaks fcgi/server/x.c '#include "fcgi/api/http.h"'
	breaks fcgi/handler/x.c '#include "ctl/args.h"'
	breaks ctl/x.c '#include "ctl/doctor/doctor.h"'
	breaks ctl/cmd/x.c '#include "ticker/tick/tick.h"'
	breaks ticker/tick/x.c '#include "ticker/sim/sim.h"'
	breaks ticker/x.c '#include "fcgi/api/http.h"'
	breaks lib/db/x.c '#include "store.h"'
	for folder in "${folders[@]}"; do
		case $folder in
		fcgi) breaks "$folder/x.c" '#include "ctl/args.h"' ;;
		*) breaks "$folder/x.c" '#include "fcgi/x.h"' ;;
		esac
	done
	passes ctl/cmd/x.c '#include "lib/sched/sched.h"'
	passes ticker/x.c '#include "ticker/tick/tick.h"'
	mkdir lib/closet
	breaks lib/closet/x.c '#include <string.h>'
}

@test "layers: a library out of its room" {
	breaks fcgi/x.c '#include <sqlite3.h>'
	breaks lib/sched/x.c '#include <sqlite3.h>'
	breaks lib/store/x.c '#include <sqlite3.h>'
	breaks ctl/x.c '#include <json-c/json.h>'
	breaks lib/conf/conf.c '#include <sodium.h>'
	breaks lib/base/buf.c '#include <confuse.h>'
	breaks ticker/x.c '#include <curl/curl.h>'
	breaks net/amqp/x.c '#include <hiredis/hiredis.h>'
	breaks ctl/x.c '#  include <ncurses.h>'
	passes lib/db/x.c '#include <sqlite3.h>'
	passes lib/json/x.c '#include <json-c/json.h>'
	passes ticker/x.c '#include <sys/stat.h>'
}

@test "layers: pure functions, the statements, JSON in the ticker" {
	breaks lib/trigger/due.c '#include "lib/base/clock.h"'
	breaks lib/trigger/cron.c '#include "lib/db/store.h"'
	breaks lib/time/tz_file.c '#include "lib/base/log.h"'
	breaks lib/time/civil.c '#include "lib/conf/conf.h"'
	breaks fcgi/x.c '#include "sql/sql_gen.h"'
	breaks lib/sched/sched.c '#include "sql/sql_gen.h"'
	breaks ticker/tick/x.c '#include "lib/json/json.h"'
	breaks ticker/tick/x.c '#include "lib/secret/token.h"'
	breaks ticker/broker/x.c '#include "lib/job/message_funboost.h"'
	passes lib/db/stmt.h '#include "sql/sql_gen.h"'
	passes lib/trigger/due.c '#include "lib/trigger/trigger.h"'
}

@test "layers: what lib/ may not do" {
	breaks lib/job/x.c '	exit(1);'
	breaks lib/job/x.c '	if (fork() == 0)'
	breaks lib/job/x.c '	s = getenv("HOME");'
	breaks lib/job/x.c '	printf("hello\n");'
	breaks lib/job/x.c '	(void)fputs(s, stdout);'
	breaks lib/job/x.c '	a(); /* well */ _exit (1);'
	passes lib/job/x.c '	(void)snprintf(s, n, "exit(1) \" printf(");'
	passes lib/job/x.c '	/* exit(1), getenv("x") */ buf_printf(b, "x");'
	passes lib/job/x.c '	at_exit_(1);'
	passes ctl/x.c '	text_line("%s", s);'
}

@test "layers: text that reaches a terminal as it is" {
	local folder line
	for folder in "${folders[@]}"; do
		for line in '	fprintf(stderr, "%s\n", s);' '	(void)fputs(s, f);' \
		    '	fputc(c, stderr);' '	putc(c, f);' \
		    '	fwrite(s, 1, n, f);' '	vfprintf(f, fmt, ap);' \
		    '	perror(path);' '	warnx("%s", s);' '	dprintf(2, "%s", s);' \
		    '	write(STDERR_FILENO, s, n);' '	write(1, s, n);' \
		    '	fputs_unlocked(s, f);' \
		    '	while ((c = getopt(argc, argv, "x")) != -1)' \
		    '	c = getopt_long(argc, argv, "", longs, NULL);'; do
			breaks "$folder/x.c" "$line"
		done
	done
	for folder in ctl ticker fcgi; do
		for line in '	printf("%s\n", s);' '	puts(s);' '	putchar(c);' \
		    '	vprintf(fmt, ap);'; do
			breaks "$folder/x.c" "$line"
		done
		passes "$folder/x.c" '	text_to(stderr, "printf(%s)", s);'
		passes "$folder/x.c" '	(void)snprintf(s, n, "%s", t);'
		passes "$folder/x.c" '	(void)fputs(line, to); /* a file */'
		passes "$folder/x.c" '	write(fd, s, n);'
	done
	passes lib/base/text.c '	(void)fputs(s, f);'
}

@test "limits: lines, parameters, contracts" {
	{
		printf 'int\nlong_one(void)\n{\n'
		for _ in {1..58}; do printf '\tx();\n'; done
		printf '}\n'
	} >lib/base/x.c
	run limits
	[ "$status" -ne 0 ]
	[ "$output" = 'lib/base/x.c:2: long_one has more than 60 lines' ]
	sed -i 4d lib/base/x.c
	run -0 limits

	for _ in {1..600}; do echo '/* line */'; done >lib/base/x.c
	run -0 limits
	echo '/* one more */' >>lib/base/x.c
	run limits
	[ "$output" = 'lib/base/x.c:601: more than 600 lines' ]

	printf 'int\nmany(int a, int b, int c,\n    int d, int e, int f)\n{\n}\n' >lib/base/x.c
	run limits
	[ "$output" = 'lib/base/x.c:2: many has more than 5 parameters' ]
	printf 'int\nfew(int (*a)(int, int), int b, int c, int d, int e)\n{\n}\n' >lib/base/x.c
	run -0 limits
	rm lib/base/x.c

	printf 'int told(void);\n' >lib/base/x.h
	run limits
	[ "$output" = 'lib/base/x.h:1: told has no contract above it' ]
	printf '/* Both. */\nint a(void);\nint b(int,\n    int);\n\nint c(void);\n' >lib/base/x.h
	run limits
	[ "$output" = 'lib/base/x.h:6: c has no contract above it' ]
}

@test "format: what is not KNF" {
	sed -i 's/return n/return  n/' lib/base/good.c
	run part format-check
	[ "$status" -ne 0 ]
	[[ $output == *lib/base/good.c:11:* ]]
	part format
	run -0 part format-check
}

@test "clang-tidy: a null pointer that is used" {
	printf 'int f(const int *p);\nint f(const int *p)\n{\n\treturn p != 0 ? 0 : *p;\n}\n' >ctl/x.c
	run part lint-tidy
	[ "$status" -ne 0 ]
	[[ $output == *ctl/x.c:4:*NullDereference* ]]
}

@test "cppcheck: a buffer that is overrun" {
	printf 'int f(void);\nint f(void)\n{\n\tint a[3] = { 0, 1, 2 };\n\n\treturn a[3];\n}\n' >ctl/x.c
	run part lint-cppcheck
	[ "$status" -ne 0 ]
	[[ $output == *ctl/x.c:6:* ]]
}

@test "shellcheck: an unquoted word, in sh and in bats" {
	printf '#!/bin/sh\nrm $1\n' >etc/bad
	run part lint-shell
	[ "$status" -ne 0 ]
	[[ $output == *etc/bad*SC2086* ]]
	rm etc/bad
	printf '#!/usr/bin/env bats\n@test "x" {\n\trm $1\n}\n' >tests/bad.bats
	run part lint-shell
	[ "$status" -ne 0 ]
	[[ $output == *tests/bad.bats*SC2086* ]]
}

@test "mandoc: a macro that does not exist" {
	printf '.Qx what\n' >>man/good.1
	run part lint-man
	[ "$status" -ne 0 ]
	[[ $output == *good.1:7:* ]]
}

@test "codespell: a typing error" {
	printf 'We re%sve mail.\n' cie >>README.md
	run part lint-spelling
	[ "$status" -ne 0 ]
	[[ $output == *README.md:2:* ]]
}
