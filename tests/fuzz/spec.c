/*
 * Fuzz target: the stored text of a trigger, as a damaged store may hold it
 * (lib/trigger/trigger.c).
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "tests/fuzz/fuzz.h"

/* The storable text of a trigger, as a damaged store may hold it. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct faults fs = { .n = 0 };
	struct trigger *t;
	char *text = fuzz_text(data, size);

	t = trigger_from_spec(text, fuzz_zones(), &fs);
	must((t == NULL) == (fs.n > 0));
	if (t != NULL)
		fuzz_check_trigger(t);
	else
		must(strcmp(fs.v[0].field, "trigger") == 0);
	trigger_free(t);
	free(text);
	return 0;
}
