#ifndef TESTS_SWEEP_SCENE_H
#define TESTS_SWEEP_SCENE_H

#include "tests/sweep/world.h"

/* What is done while steps go wrong. */
struct scene {
	const char *name;
	bool is_empty;	 /* starts without a store */
	bool is_network; /* with a rollback journal */
	bool is_old;	 /* starts with a store of the version before */
	bool is_long;	 /* starts with a log that is about to be moved */
	bool is_ticked;	 /* starts with messages waiting */
	int64_t at_us;	 /* after the start of the world */
	void (*act)(struct world *w, struct sched *s);
};

/* All scenes, ended by one without a name. */
extern const struct scene scenes[];

/* Make the store the scene starts with, and keep it; false on failure. */
bool scene_prepare(const struct scene *sc, struct world *w);

/* Do it, with the default VFS; what goes wrong stays untold. */
void scene_act(const struct scene *sc, struct world *w);

#endif
