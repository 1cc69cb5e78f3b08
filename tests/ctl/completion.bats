#!/usr/bin/env bats
# minutehand completion: what bash and zsh offer, asked as these shells ask.
# shellcheck disable=SC2030,SC2031,SC2154

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
	PATH=$(dirname "$MH"):$PATH
	minutehand job add mail --id 'daily report' --every 1d
	minutehand job add mail --id weekly --every 7d
	minutehand job add media --id thumbs --every 1h
}

# by_bash WORD…: the words typed, the last one to be completed; the offer.
by_bash() {
	bash --norc -c 'source <(minutehand completion bash)
		COMP_WORDS=(minutehand "$@") COMP_CWORD=$#
		_minutehand minutehand "${!#}" ""
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

# The same by zsh: its own functions, but for the two that need a line editor.
by_zsh() {
	zsh -fc 'compdef() { }; compadd() { print -rl -- "${(P@)2}" }
		_files() { print }
		source <(minutehand completion zsh)
		words=(minutehand "$@") CURRENT=$(($# + 1))
		_minutehand' zsh "$@"
}

# offers EXPECTED WORD…: by both shells, in this order.
offers() {
	local want=$1
	shift
	for shell in by_bash by_zsh; do
		run "$shell" "$@"
		if [ "$status" -ne 0 ] || [ "${output//\\/}" != "$want" ]; then
			printf '%s %s: %s: %s\n' "$shell" "$*" "$status" "$output"
			return 1
		fi
	done
}

@test "commands, by both shells" {
	offers job j
	offers $'output' o
	offers $'add\nlist\nset\nrevoke' token ''
	offers $'list' token l
	offers '' nosuch ''
	offers '' job nosuch
	offers $'job' help j
	offers $'peek\npause' queue p
	# Every command of --help, and none twice.
	minutehand --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' | uniq >"$BATS_TEST_TMPDIR/words"
	offers "$(cat "$BATS_TEST_TMPDIR/words"; echo help)" ''
}

@test "options, those of the command" {
	offers --limit job list --l
	offers --keep-output consume mail --keep
	offers --watch runs --w
	minutehand runs --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p' >"$BATS_TEST_TMPDIR/options"
	offers "$(cat "$BATS_TEST_TMPDIR/options"; echo --help)" runs --
	# Behind "--" is another command's line.
	offers '' consume mail -- --l
}

@test "names of queues and jobs, where the usage has them" {
	offers $'mail\nmedia' job show ''
	offers mail runs mai
	offers $'weekly' job show mail w
	offers $'daily report' job pause mail d
	offers $'thumbs' runs media ''
	offers $'thumbs' runs --failed --limit 5 media t
	offers $'mail\nmedia' replay --queue m
	offers '' token revoke ''
	offers '' restore ''
	offers '' job show nosuch ''
	# bash takes a name with a space as one word.
	[ "$(by_bash job show mail d)" = 'daily\ report' ]
}

@test "the configuration of -c; one that cannot be read: nothing, no error" {
	HOME=$BATS_TEST_TMPDIR/elsewhere
	offers '' job show ''
	offers $'mail\nmedia' -c "$CONF" job show ''
	offers '' -c /nonexistent job show ''
	offers list -c /nonexistent job l
	run minutehand complete
	[ "$status" -eq 0 ]
}

@test "another shell: 64, the two that there are" {
	run minutehand completion fish
	[ "$status" -eq 64 ]
	[[ $output == *'bash or zsh is needed, not "fish"'* ]]
	run minutehand completion
	[ "$status" -eq 64 ]
}
