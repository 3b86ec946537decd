/* Whom a mechanism tells apart among the calls that reach it: `per` of a limit or a cache, `by` of
 * a balancer that hashes. */
#ifndef WHOM_H
#define WHOM_H

#include <stdint.h>

struct sim;
struct frame;
struct outline;

enum whom { WHOM_ALL, WHOM_USER, WHOM_TIER, WHOM_CLIENT, WHOM_CALLER, WHOM_KEY };
extern const char *const whom_names[];
extern const char *const whom_names_but_key[];

/* In a kind's init: it wants what whom_of reads. */
void whom_want(struct sim *sim, enum whom whom);

/* Whose call it is, or which key it is about: alike for those who are not told apart. 0: for all
 * alike, or it is not known. */
uint64_t whom_of(const struct sim *sim, const struct frame *call, enum whom whom);

/* In a kind's outline: what of requests it looks at. */
void whom_outline(enum whom whom, struct outline *out);

#endif
