#!/usr/bin/env bats
# shellcheck disable=SC2154 # helper.bash sets what is used here
# How SQL is compiled in (build-aux/sql2c.awk): lists of columns, and what is
# refused, with file and line.

setup() {
	load ../support/helper.bash
}

sql2c() {
	cat >"$BATS_TEST_TMPDIR/x.sql"
	(cd "$BATS_TEST_TMPDIR" &&
		awk -f "$abs_top_srcdir/build-aux/sql2c.awk" x.sql)
}

refuses() {
	local said

	if said=$(sql2c 2>&1 >/dev/null); then
		echo "taken: $1"
		return 1
	fi
	[ "$said" = "x.sql:$1" ] || {
		echo "not x.sql:$1 but $said"
		return 1
	}
}

@test "a list of columns is expanded in each of its forms" {
	run sql2c <<-'SQL'
	-- columns: pair
	a,
		b

	-- A comment.
	-- columns: all
	id, {pair}, c + 1 AS d

	-- name: read
	SELECT {all} FROM t WHERE x = '{}';

	-- name: add
	INSERT INTO t ({pair}, c) VALUES ({:pair}, :c);

	-- name: change
	UPDATE t SET {pair=} WHERE id = :id;
	SQL
	[ "$status" -eq 0 ]
	flat=$(tr -d '\n' <<<"$output" | sed 's/\\n"[ \t]*"/ /g; s/[ \t][ \t]*/ /g')
	grep -qF "SELECT id, a, b, c + 1 AS d FROM t WHERE x = '{}';" <<<"$flat"
	grep -qF 'INSERT INTO t (a, b, c) VALUES (:a, :b, :c);' <<<"$flat"
	grep -qF 'UPDATE t SET a = :a, b = :b WHERE id = :id;' <<<"$flat"
	# What it returns, for the test of the tables.
	grep -qE '\[SQL_READ\] = .* , "all",' <<<"$flat"
	grep -qE '\[SQL_CHANGE\] = .* , NULL' <<<"$flat"
}

@test "a list of columns that is wrong is refused" {
	refuses "4: statement read uses columns b, which are not given above" <<-'SQL'
	-- columns: a
	x
	-- name: read
	SELECT {b} FROM t;
	SQL
	refuses "3: columns a uses columns b, which are not given above" <<-'SQL'
	-- columns: a
	x, {b}
	-- columns: b
	y
	SQL
	refuses "3: columns a are given twice" <<-'SQL'
	-- columns: a
	x
	-- columns: a
	SQL
	refuses "2: columns a are none" <<-'SQL'
	-- columns: a
	-- name: read
	SELECT {a} FROM t;
	SQL
	refuses "4: columns a are never used" <<-'SQL'
	-- columns: a
	x
	-- name: read
	SELECT x FROM t;
	SQL
	refuses "4: statement add: columns a have an expression, count(*) AS n" <<-'SQL'
	-- columns: a
	x, count(*) AS n
	-- name: add
	INSERT INTO t VALUES ({:a});
	SQL
	refuses "1: a name is lower case, digits and underscores" <<-'SQL'
	-- columns: A
	x
	SQL
	refuses "2: columns a are not a list of columns" <<-'SQL'
	-- columns: a
	SELECT x;
	SQL
}

@test "a statement that is wrong is refused" {
	refuses "1: SQL without a name" <<<'SELECT 1;'
	refuses "3: statement x is defined twice" <<-'SQL'
	-- name: x
	SELECT 1;
	-- name: x
	SQL
	refuses "2: unnamed parameter in x" <<-'SQL'
	-- name: x
	SELECT ?;
	SQL
	refuses "3: more than one statement under x" <<-'SQL'
	-- name: x
	SELECT 1;
	SELECT 2;
	SQL
	refuses "2: statement x does not end in a semicolon" <<-'SQL'
	-- name: x
	SELECT 1
	SQL
}
