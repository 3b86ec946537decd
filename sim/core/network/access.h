/* Who may call whom: the rules of firewalls, security groups and network policies.
 *
 * Without a rule everything passes. One makes everything else blocked, on its way to any component:
 * it is answered `denied` where it would have arrived, or vanishes there if a rule about that place
 * says so. Answers pass: who let a call in lets its answer out. So do the messages of a component's
 * members among themselves, and calls among the parts of a composed one. What is blocked never was
 * at the component, and is in no arrivals of it.
 *
 * Left out: what the rules cost, and connections that a rule meets at their first packet. */
#ifndef ACCESS_H
#define ACCESS_H

#include "spec.h"

struct component;
struct frame;
struct member;
struct metrics;
struct sim;

/* Whether calls of an operation may go from one place to another; op < 0: of any operation. */
bool access_allows(const struct spec *spec, struct site from, struct site to, int op);

/* The same of one rule alone, whatever the others say. */
bool access_rule_allows(const struct spec *spec, const struct allow_spec *allow, struct site from,
                        struct site to, int op);

/* --- for the engine -------------------------------------------------------------------------- */

void access_init(struct sim *sim); /* when members exist */

enum passage { PASSES, DENIED, DROPPED };
enum passage access_check(struct sim *sim, const struct member *from, const struct member *to,
                          const struct frame *call);

void access_reset(struct sim *sim); /* end of warm-up */
void access_collect(struct sim *sim, const struct component *component, struct metrics *out);

#endif
