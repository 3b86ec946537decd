/* How much memory the process may take in all.
 *
 * The system keeps the limit (RLIMIT_DATA), so that it holds for libraries too and costs nothing.
 * What cannot get memory ends the process with MEMORY_EXIT and a sentence: there is no sensible way
 * to go on with half a scenario or half its results. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

#define MEMORY_EXIT 4 /* as for every failure that is not the scenario's: sim/run/command.h */
#define MEMORY_LEAST ((size_t)64 << 20)

/* Bytes that the machine has, or that the container may use of it. */
size_t memory_machine(void);

/* Lets the process have `bytes` at most. Under the sanitizers, whose own memory would count,
 * nothing is limited. */
void memory_limit(size_t bytes);

/* Bytes that the process may still take; SIZE_MAX without a limit. */
size_t memory_left(void);

/* Ends the process with one sentence: what grew, then what is used and what may be changed. */
_Noreturn void memory_out(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
