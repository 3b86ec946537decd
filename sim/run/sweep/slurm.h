/* A sweep as a Slurm job array: a script for its shards and for the merge that follows them.
 *
 * The number of tasks stands in the script, because SLURM_ARRAY_TASK_COUNT is wrong when only some
 * tasks are run again. The merge waits for the end of all tasks, not for their success: it finds
 * out itself what is missing, where a dependency on success would wait for ever. */
#ifndef SLURM_H
#define SLURM_H

#include <stdio.h>

#include "sweep.h"

#define SLURM_TASKS_DEFAULT 100u

/* Checks what goes together with --submit. */
bool slurm_check(const struct options *options, struct error *err);

/* Prints the script, or writes it into the sweep's folder and submits it. */
enum exit_code slurm_submit(const struct sweep *sweep, const struct options *options,
                            struct error *err);

#endif
