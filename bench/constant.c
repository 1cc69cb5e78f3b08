/* The floor of FastCGI: a program that reads the request and answers ok. */
#include "config.h"

#include <fcgiapp.h>

int
main(void)
{
	FCGX_Request r;
	char sink[8192];

	if (FCGX_Init() != 0 || FCGX_InitRequest(&r, 0, 0) != 0)
		return 1;
	while (FCGX_Accept_r(&r) == 0) {
		while (FCGX_GetStr(sink, sizeof(sink), r.in) > 0)
			continue;
		(void)FCGX_FPrintF(r.out,
		    "Content-Type: application/json\r\n"
		    "Content-Length: 2\r\n\r\n{}");
		FCGX_Finish_r(&r);
	}
	return 0;
}
