/* The calls that the handlers of a service make: their keys and sizes, and what comes of a step
 * that makes several at once. When they are made and what follows is in service_run.c. */
#ifndef SERVICE_CALLS_H
#define SERVICE_CALLS_H

#include "program.h"
#include "service_plan.h"
#include "sim.h"

/* Makes and sends the program's call number `which`, on behalf of `call`, to the copy of it that
 * `copy` says. */
void service_send(struct sim *sim, struct member *member, struct frame *call,
                  const struct program_call *spec, uint32_t which, uint32_t copy);

/* Whether the handler waits for the answer; one that does not sends it on the service's own
 * account.
 */
bool service_waits_for(const struct program_call *spec);
void service_send_unheard(struct sim *sim, struct member *member, struct frame *call,
                          const struct program_call *spec, uint32_t which);

/* The same of the call that a plan knows (plan->then). With a thousand systems, not to look at the
 * call, at whom it goes to and at the component's name saves three lines of memory. */
void service_send_then(struct sim *sim, struct member *member, struct frame *call,
                       const struct plan *plan);

/* How many calls a step makes at once if all that it calls are there. */
uint32_t service_calls_in(const struct sim *sim, const struct program *program,
                          const struct step *step);

/* Whether one of these is not made: of a call to each member those that are not in the register get
 * none, as from others who call the group; but what keeps data lacks a part without one. */
bool service_passes_over(const struct sim *sim, const struct program_call *call, uint32_t copy);

/* Whether a step that made several calls has what it needs, or cannot get it any more. */
enum verdict { GOES_ON, STILL_WAITS, FAILS };
enum verdict service_judge(const struct sim *sim, const struct program *program,
                           const struct step *step, const struct frame *call);

/* kind.message_bytes */
double service_message_bytes(struct sim *sim, struct member *member, struct frame *call,
                             struct frame *child, bool answer);

/* The policies that its calls declare, one each. */
void service_add_policies(struct sim *sim, struct member *member);

#endif
