/* Ends the process when loading a scenario takes too much CPU time.
 *
 * Lua's instruction hook does not run inside its string functions, where one costly pattern can
 * spin for years. The timer's handler can neither unwind nor free: it writes a sentence to standard
 * error and leaves with exit code 2, that of a mistaken scenario. */
#ifndef CPU_GUARD_H
#define CPU_GUARD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct cpu_guard {
  timer_t timer;
  bool armed;
  size_t length;
  char message[512];
};

/* `file` is named in the message. Only the calling thread's time counts; several threads may each
 * have a guard. The signal's handler is the same for all and stays: a SIGXCPU that is not a guard's
 * still has its usual effect. The guard must stay where it is until cpu_guard_end. Where the system
 * has no timer left, loading goes on without. */
void cpu_guard_begin(struct cpu_guard *guard, const char *file, unsigned seconds);
void cpu_guard_end(struct cpu_guard *guard);

#endif
