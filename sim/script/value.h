/* Single values of a scenario, read from the Lua stack and checked.
 *
 * Each function reads the value at `index` that stands at `spot`. On a mistake it reports the spot,
 * what was expected and what was found, and returns false. Nothing is popped. */
#ifndef VALUE_H
#define VALUE_H

#include "csv_text.h"
#include "quantity.h"
#include "spot.h"

/* The largest whole number that a double holds exactly, like all below it. */
#define WHOLE_MAX 9007199254740992.0

/* What a value is: `the text "abc"`, `the number 5`, `a table`, `exponential`. */
struct got {
  char text[96];
};
struct got value_got(lua_State *L, int index);

/* Fails with "expected X, got Y". */
bool value_unexpected(struct loader *loader, const struct spot *spot, int index,
                      const char *expected);

/* A text without control characters; lives in the arena. */
bool value_text(struct loader *loader, const struct spot *spot, int index, const char *expected,
                const char **out);

/* As value_text, and a well-formed name. */
bool value_name(struct loader *loader, const struct spot *spot, int index, const char *expected,
                const char **out);

/* A finite number without quotes. */
bool value_number(struct loader *loader, const struct spot *spot, int index, double *out);

/* A whole number without quotes, 0 to 2^53. */
bool value_whole(struct loader *loader, const struct spot *spot, int index, uint64_t *out);

/* A number and its unit, in quotes; a ratio may be a bare number. */
bool value_quantity(struct loader *loader, const struct spot *spot, int index,
                    enum quantity quantity, double *out);

/* A duration in whole nanoseconds. */
bool value_duration(struct loader *loader, const struct spot *spot, int index, uint64_t *out);

/* Checks min <= value <= max (0, 0: any), and says the range in the unit users write. */
bool value_in_range(struct loader *loader, const struct spot *spot, double value, double min,
                    double max, int quantity);
#define PLAIN_NUMBER (-1) /* in place of a quantity: numbers without unit */

/* One of some texts; its number. `n` of them. */
bool value_choice(struct loader *loader, const struct spot *spot, int index,
                  const char *const *choices, uint32_t n, uint32_t *out);

/* The name of a component that can be called; its number. */
bool value_component(struct loader *loader, const struct spot *spot, int index, uint32_t *out);

/* The name of an operation, which is thereby known (`declares`) or has to be known elsewhere. */
bool value_operation(struct loader *loader, const struct spot *spot, int index, bool declares,
                     int *out);

/* Number of an operation by name. In the first pass names are collected and the number is void. */
bool operation_number(struct loader *loader, const struct spot *spot, const char *name,
                      bool declares, int *out);

/* The file of comma-separated values `name`, written at `spot` inside of a call of `word`. Its text
 * lives in the loader's arena; the bytes that all such files of a scenario may have are counted
 * down. */
bool value_csv(struct loader *loader, const struct spot *spot, const struct word *word,
               const char *name, size_t limit, struct csv_text *out);

/* --- tables --------------------------------------------------------------------------------- */

/* The argument of a word is pushed. */
void word_push_argument(lua_State *L, int index);

/* Checks that the table at `index` has no keys but `keys` (`n` of them) and at most `items` values
 * without a key. */
bool table_check(struct loader *loader, const struct spot *spot, int index, const char *const *keys,
                 uint32_t n, int items);

/* Pushes a copy of the table at `index`: a script may use one table for several components. */
void table_push_copy(lua_State *L, int index);

/* Optional entries: false on a mistake alone; `given` tells whether there was one. */
bool table_quantity(struct loader *loader, const struct spot *spot, int index, const char *key,
                    enum quantity quantity, double *out, bool *given);
bool table_number(struct loader *loader, const struct spot *spot, int index, const char *key,
                  double *out, bool *given);

/* Fails with "key 'x' is missing, EXPECTED". */
bool table_missing(struct loader *loader, const struct spot *spot, const char *key,
                   const char *expected);

#endif
