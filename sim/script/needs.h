/* Parameters that mean nothing unless another one is said: param.needs.
 *
 * A scenario without parameters of its own (`param`) is refused. With them the other one may have a
 * meaning in another variant, so that it is noted and `archsim check` tells. */
#ifndef NEEDS_H
#define NEEDS_H

#include "value.h"

/* Looks at the table at `index` after `config` was filled from it. */
bool needs_check(struct loader *loader, const struct spot *spot, int index,
                 const struct param *params, const void *config);

/* The same of a component's `sessions`, where no client has any. */
bool needs_tell_session(struct loader *loader, const struct spot *spot);

#endif
