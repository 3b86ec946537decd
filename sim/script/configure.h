/* Tables of a scenario -> config structs, as parameter tables (sim/core/param.h) describe them.
 *
 * Everything about a parameter comes from its table: a new kind needs no change here. Defaults are
 * texts that go through the same parser as what users write. */
#ifndef CONFIGURE_H
#define CONFIGURE_H

#include "value.h"

/* Fills `config` from the table at `index`. `also` are `n` further keys, and `items` the number of
 * values without keys, that the caller reads itself. */
bool configure(struct loader *loader, const struct spot *spot, int index,
               const struct param *params, void *config, const char *const *also, uint32_t n,
               int items);

/* Reads one key of the table at `index` alone, without looking at the others. */
bool configure_key(struct loader *loader, const struct spot *spot, int index,
                   const struct param *param, void *config);

/* Reads the value at `index`, which stands at `spot` and is not nil, as the parameter says. */
bool configure_value(struct loader *loader, const struct spot *spot, int index,
                     const struct param *param, void *config);

/* Pushes the value that the text of the parameter's default means. */
void configure_push_default(lua_State *L, const struct param *param);

/* Whether a value of `config` is a single one (a count, a time, a choice) and the same as `text`
 * means. */
bool configure_equals(struct loader *loader, const struct spot *spot, const struct param *param,
                      const void *config, const char *text);

/* Number of entries of a table. */
uint32_t params_count(const struct param *params);

/* What a parameter takes, for messages and manuals: `a duration such as "250ms"`. */
const char *param_expected(const struct param *param);

#endif
