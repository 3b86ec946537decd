/* Up to which load all goals are met: what a sweep over a rate is run to find out, one answer for
 * each value of its other axes. */
#ifndef SWEEP_REACH_H
#define SWEEP_REACH_H

#include <glib.h>
#include <jansson.h>

/* More designs than this are for the table to tell. */
#define SWEEP_REACH_DESIGNS 12u

struct sweep_reach;

/* For the sweep of this manifest, which must outlive it. */
struct sweep_reach *sweep_reach_new(const json_t *manifest);

/* Each point, in any order; JSON null, of one that is missing, is none. */
void sweep_reach_add(struct sweep_reach *reach, const json_t *point);

/* Adds one sentence a design to `sentences`, in the order in which the first of their points came:
 * "With servers=2, all goals are met up to rate=160/s; one fails from 200/s on." Each is to be
 * released with g_free. None: without goals, without an axis of at least two rates, or with too
 * many designs. */
void sweep_reach_say(struct sweep_reach *reach, GPtrArray *sentences);

void sweep_reach_free(struct sweep_reach *reach);

#endif
