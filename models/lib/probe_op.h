/* Whether a member is well is asked by a check, which its host answers however busy it is, or by a
 * request, which waits in its queue and takes what its handler takes: `op` of probes and health
 * checks. A kind that asks by requests says so (`probes` in sim/core/kind.h). */
#ifndef PROBE_OP_H
#define PROBE_OP_H

#include "sim.h"

/* Asks `to`, for site `site`. With op < 0 the kind's on_answer hears of it, else its on_reply: of a
 * call that has no parent. */
void probe_send(struct sim *sim, struct member *from, struct member *to, int op, uint16_t site,
                uint64_t key, uint64_t timeout_ns);

/* Whether the component has a handler for such a request. `where` is the parameter that says it. */
bool probe_op_valid(const struct spec *spec, uint32_t probed, int op, const char *where,
                    struct error *err);

#endif
