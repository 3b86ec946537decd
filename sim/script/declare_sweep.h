/* sweep { rate = "100..1000:100/s", where = function(p) ... end }: the scenario's own axes. */
#ifndef DECLARE_SWEEP_H
#define DECLARE_SWEEP_H

#include "axis.h"
#include "loader.h"

/* When the script is over: every key of the block must name a parameter, every value be something
 * to try. What the texts say is left to the plan. True if there is no block. */
bool sweep_check(struct loader *loader);

/* Appends the block's values for a parameter; none if the block does not name it. */
bool sweep_block_values(struct loader *loader, const struct scenario_param *param,
                        struct axis_values *out);

/* Pushes the block's `where`, or nil. */
void sweep_push_where(struct loader *loader);

/* Calls the function at the top of the stack with one table, which has for each parameter its value
 * as `value` tells: a number in its base unit (seconds, per second, bytes, bit/s, 1 = 100 %), a
 * boolean, or a text that is no quantity. The function stays on the stack. Raises on a mistake. */
bool sweep_call_where(lua_State *L, const char *const *value);

#endif
