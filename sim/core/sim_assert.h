/* Asserts that say where a simulation was: a mistake of a kind names the component, the simulated
 * time and the seed with which it happens again, and ends the program. On unless NDEBUG is defined,
 * also in releases; on the way of every call they are one comparison. */
#ifndef SIM_ASSERT_H
#define SIM_ASSERT_H

#include <stdint.h>

struct sim;

/* No component has to do with it. */
#define MEMBER_NONE UINT32_MAX

__attribute__((cold, noinline, noreturn)) void sim_assert_failed(const struct sim *sim,
                                                                 uint32_t member, const char *where,
                                                                 const char *what);

/* `member`: the id of the one whose mistake it is; `what`: what must hold, in words. */
#ifdef NDEBUG
#define sim_assert(sim, member, condition, what) ((void)0)
#else
#define sim_assert(sim, member, condition, what) \
  (__builtin_expect(!(condition), 0) ? sim_assert_failed(sim, member, __func__, what) : (void)0)
#endif

#endif
