/* Lists of tables: { { "0h", "50/s" }, { "9h", "400/s" } }, with parameters declared for an entry.
 *
 * The values without keys of an entry are those of its first parameters, in their order; the others
 * have their keys. Mistakes are told with the number of the entry and the key. */
#ifndef LIST_H
#define LIST_H

#include "value.h"

#define LIST_MOST 10000 /* entries, where a parameter says nothing else */

/* Reads the values without keys of the table at `index` as PARAM_LIST `param` says. */
bool list_read(struct loader *loader, const struct spot *spot, int index, const struct param *param,
               struct entries *out);

/* Pushes the entry at `index` with all values under their keys; on a mistake false, and nothing. */
bool list_push_entry(struct loader *loader, const struct spot *spot, int index,
                     const struct param *params);

#endif
