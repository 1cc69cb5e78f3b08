# The layers of STYLE.md, checked: awk -f build-aux/layers.awk FILES, with
# paths from the root of the tree.  Silent and 0, or one line per offense, 1.

function offend(what) {
	printf("%s:%d: %s\n", FILENAME, FNR, what)
	bad = 1
}

BEGIN {
	# Library header -> the only files that may include it.
	owner["sqlite3.h"] = "^lib/store[a-z_]*[.][ch]$"
	owner["json-c/json.h"] = "^lib/json[a-z_]*[.][ch]$"
	owner["sodium.h"] = "^lib/(secret|token|webhook)[.]c$"
	owner["curl/curl.h"] = "^net/http[a-z_]*[.][ch]$"
	owner["hiredis/hiredis.h"] = "^net/redis_(lib|tls)[.]h$"
	owner["hiredis/hiredis_ssl.h"] = owner["openssl/ssl.h"] = \
	    owner["openssl/err.h"] = \
	    owner["openssl/x509v3.h"] = "^net/redis_tls[.]c$"
	owner["amqp.h"] = owner["amqp_tcp_socket.h"] = \
	    owner["amqp_ssl_socket.h"] = "^net/amqp[a-z_]*[.][ch]$"
	owner["confuse.h"] = "^lib/conf_parse[.]c$"
	# What C11 and POSIX have, and the few besides.
	libc = "^(sys/[a-z]+|linux/magic|std[a-z]+|assert|ctype|dirent|dlfcn|errno|fcntl|" \
	    "fnmatch|getopt|glob|ifaddrs|inttypes|limits|malloc|netdb|poll|pthread|pwd|" \
	    "signal|spawn|string|strings|sysexits|syslog|termios|time|" \
	    "unistd|(arpa|net|netinet)/[a-z]+)[.]h$"
	# No store, no clock, no log, no library: pure functions of their input.
	pure = "^lib/(alert|audit|backoff|buf|calendar|civil|cron_[a-z]+|crontab(_[a-z]+)?|datetime|dead|delivery|due|fault|funboost|grace|grant|job|leap|list|" \
	    "message|num|outbox|render_(job|target)|run|trigger(_[a-z]+)?|tz(_[a-z]+)?|url|utf8|why|word|words_[a-z]+|xid|ban)[.][ch]$"
	# What is not for the ticker, but for its part that reads answers.
	heavy = "^lib/(json[a-z_]*|job_(json|parse|print)|token|signature|message_funboost)[.]h$"
	called = "(^|[^A-Za-z0-9_])(getenv|secure_getenv|exit|_exit|fork|vfork" \
	    "|printf|vprintf|puts|putchar)[ \t]*[(]|(^|[^A-Za-z0-9_])stdout"
	# What may reach a terminal goes there made harmless, by lib/text.h; a
	# line that writes a file says so: /* a file */.
	writer = "^lib/(base/)?(text|cmdline)[.]c$"
	shown = "(^|[^A-Za-z0-9_])(v?f?printf|v?dprintf|f?puts|putchar|f?putc|fwrite" \
	    "|(putchar|f?putc|f?puts|fwrite)_unlocked|v?f?wprintf|f?putws|f?putwc" \
	    "|perror|psignal|v?errx?|v?warnx?|error|getopt(_long(_only)?)?)[ \t]*[(]" \
	    "|(^|[^A-Za-z0-9_])write[ \t]*[(](STD(OUT|ERR)_FILENO|[12]),"
	direct = "^(lib/(base/)?log|fcgi/serve_cgi)[.]c$"
}

FNR == 1 {
	folder = FILENAME
	sub(/\/.*/, "", folder)
	is_free = folder == "tests" || folder == "bench"
	in_comment = 0
}

is_free { next }

/^[ \t]*#[ \t]*include[ \t]*</ {
	split($0, part, /[<>]/)
	if (part[2] in owner) {
		if (FILENAME !~ owner[part[2]])
			offend("<" part[2] "> is not for this file")
	} else if (part[2] !~ libc)
		offend("<" part[2] "> has no owner in build-aux/layers.awk")
	next
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, part, "\"")
	if (part[2] == "config.h")
		next
	if (part[2] !~ /\//)
		offend("\"" part[2] "\" is not written from the root")
	else if (part[2] ~ /^sql\//) {
		if (FILENAME !~ owner["sqlite3.h"])
			offend("\"" part[2] "\" is for lib/store* alone")
	} else if (part[2] ~ /^net\// && folder != "lib")
		;	# below the three programs, above lib/
	else if (part[2] !~ /^lib\// && index(part[2], folder "/") != 1)
		offend("\"" part[2] "\" lies sideways or above")
	else if (FILENAME ~ pure && part[2] !~ pure)
		offend("\"" part[2] "\" is not for the pure layer")
	else if (folder == "ticker" && part[2] ~ heavy && \
	    FILENAME !~ /^ticker\/render_/)
		offend("\"" part[2] "\" is not for a tick that has nothing to send")
	next
}

# Code without its comments and strings.
{
	line = $0
	if (in_comment) {
		if (!sub(/^.*\*\//, "", line))
			next
		in_comment = 0
	}
	gsub(/\\./, "", line)
	gsub(/"[^"]*"/, "", line)
	gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", line)
	if (sub(/\/\*.*/, "", line))
		in_comment = 1
	if (folder == "lib" && line ~ called)
		offend("lib/ neither exits, forks, reads the environment nor " \
		    "writes to stdout")
	else if (line ~ shown && FILENAME !~ writer && FILENAME !~ direct && \
	    $0 !~ /\/\* a file \*\//)
		offend("text for people is printed by lib/text.h, which makes " \
		    "it harmless for a terminal")
}

END { exit bad }
