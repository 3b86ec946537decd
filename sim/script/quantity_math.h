/* Quantities that compute: "4ms" / n, n * "20s", "1s" + "500ms", "1s" / "20ms".
 *
 * A quantity stays a text, in the unit in which it was written, so that it may stand wherever a
 * text may. Lua reaches arithmetic on texts through the metatable that they share; its functions
 * there are replaced. Texts that are plain numbers go on computing as numbers. */
#ifndef QUANTITY_MATH_H
#define QUANTITY_MATH_H

#include <lua.h>

/* Called while the library of strings is opened. */
void quantity_math_install(lua_State *L);

#endif
