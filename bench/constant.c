/* The floor of FastCGI: a program that reads the request and answers ok. */
#include "config.h"

#include <unistd.h>

#include "fcgi/server/fastcgi.h"
#include "lib/base/stop.h"

int
main(void)
{
	static const char answer[] = "Content-Type: application/json\r\n"
				     "Content-Length: 2\r\n\r\n{}";
	struct fastcgi f;
	char sink[8192];

	stop_block();
	fastcgi_init(&f, STDIN_FILENO);
	while (fastcgi_next(&f) == 0) {
		struct client c = fastcgi_client(&f);
		size_t n = sizeof(sink);

		while (client_read(&c, sink, &n, 1000000) == CLIENT_DATA)
			n = sizeof(sink);
		(void)client_write(&c, answer, sizeof(answer) - 1);
		fastcgi_end(&f);
	}
	fastcgi_fini(&f);
	return 0;
}
