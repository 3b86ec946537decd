/* What holds a component up that is not its own: its workers are busy, and its queue grows, since
 * they wait. In this order: a component that its calls lead to and that is saturated; one that
 * hangs; its own pool for its calls, all of whose connections are in use; the cores of the host on
 * which it runs, which it shares with others. */
#ifndef HELD_UP_H
#define HELD_UP_H

#include "results.h"

/* "db, which is saturated", "its 5 connections to db, which are all in use"; NULL: nothing does. Of
 * the whole run, or `at_end`: of its last quarter. To be freed with g_free. */
char *held_by(const struct results *results, uint32_t component, bool at_end);

/* ", which api and job share," of a host that several components run on; else "". To be freed. */
char *held_shared(const struct results *results, uint32_t host);

/* The fullest pool of all, from four fifths on: "the 5 connections of api to db", the one who
 * calls, and the share of them that are in use. NULL: none. To be freed. */
char *held_fullest(const struct results *results, const char **caller, double *share);

#endif
