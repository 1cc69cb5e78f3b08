#!/usr/bin/env bats
# make install into a folder: everything is there, and runs from there.
# shellcheck disable=SC2154

setup() {
	load ../support/helper.bash
	ROOT=$BATS_TEST_TMPDIR/root
}

# Where configure said that a folder is: folder bindir
folder() {
	make -s -C "$abs_top_builddir" -f - print <<EOF
include Makefile
print:
	@echo \$($1)
EOF
}

install_all() {
	make -s -C "$abs_top_builddir" install DESTDIR="$ROOT" \
	    >"$BATS_TEST_TMPDIR/log" 2>&1 || {
		cat "$BATS_TEST_TMPDIR/log"
		return 1
	}
}

@test "install: programs, manual pages and examples are there" {
	local bin libexec man doc file page
	install_all
	bin=$ROOT$(folder bindir)
	libexec=$ROOT$(folder libexecdir)
	man=$ROOT$(folder mandir)
	doc=$ROOT$(folder docdir)
	[ -x "$bin/minutehand" ]
	[ -x "$bin/ticker" ]
	[ -x "$libexec/minutehand.fcgi" ]
	for file in apache-cgid.conf apache-fcgid.conf apache-suexec.conf crontab.example \
	    htaccess.example lighttpd-cgi.conf lighttpd-fastcgi.conf \
	    minutehand-tick.openrc minutehand-tick.service minutehand-tick.timer nginx.conf \
	    minutehand.conf.example; do
		[ -s "$doc/examples/$file" ] || {
			echo "no $file"
			false
		}
	done
	# Each page of the source tree came along.
	for page in "$abs_top_srcdir"/man/*.[1-8]; do
		[ -s "$man/man${page##*.}/${page##*/}" ] || {
			echo "no ${page##*/}"
			false
		}
	done
	# Nothing else, nothing that anybody may write to.
	[ -z "$(find "$ROOT" -type f -perm /022)" ]
	[ -z "$(find "$ROOT" -type f -name 't_*')" ]
}

@test "install: the programs run, and find one another" {
	local bin line
	install_all
	bin=$ROOT$(folder bindir)
	"$bin/ticker" --version
	"$bin/minutehand" --version
	"$ROOT$(folder libexecdir)/minutehand.fcgi" -V
	"$bin/minutehand" init --json "$BATS_TEST_TMPDIR/i" \
	    >"$BATS_TEST_TMPDIR/init.json"
	# The crontab line names the ticker that lies beside it, and works.
	line=$(jq -r .crontab "$BATS_TEST_TMPDIR/init.json")
	[[ $line == '* * * * * '*"$bin/ticker -c "* ]]
	"$bin/minutehand" -c "$BATS_TEST_TMPDIR/i/minutehand.conf" \
	    job add q --id one --date '2020-01-01 00:00:00'
	run sh -c "${line#'* * * * * '} --once"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	"$bin/minutehand" -c "$BATS_TEST_TMPDIR/i/minutehand.conf" \
	    queue peek q | grep '"job_id":"one"'
	jq -r .webserver "$BATS_TEST_TMPDIR/init.json" |
	    grep -F "\"$(realpath "$ROOT$(folder libexecdir)")/minutehand.fcgi -w 4\""
}

@test "install: uninstall removes everything" {
	install_all
	make -s -C "$abs_top_builddir" uninstall DESTDIR="$ROOT" >/dev/null
	[ -z "$(find "$ROOT" -type f)" ]
}

@test "the example configuration is the one that init writes" {
	new_store
	diff "$abs_top_builddir/etc/minutehand.conf.example" "$CONF"
}

@test "every test in the tree is run, and in the tarball" {
	local file name
	for file in "$abs_top_srcdir"/tests/*/*.bats \
	    "$abs_top_srcdir"/tests/*/*.bash "$abs_top_srcdir"/tests/*.sh \
	    "$abs_top_srcdir"/tests/unit/*/t_*.c; do
		name=tests/${file#"$abs_top_srcdir/tests/"}
		cat "$abs_top_srcdir"/tests/Makemodule.am \
		    "$abs_top_srcdir"/tests/*/Makemodule.am |
		    tr -s '[:blank:]' '\n' | grep -qxF "${name%.c}" || {
			echo "tests/Makemodule.am: no $name"
			false
		}
	done
}
