/* The kinds composed in Lua that every scenario knows: the texts of models/prelude/, one a kind,
 * as scripts/embed compiles them in. What they mean is in sim/script/define.h. */
#ifndef PRELUDE_TEXT_H
#define PRELUDE_TEXT_H

struct prelude_text {
  const char *name, *text; /* of the kind, "reverse_proxy"; its file */
};

extern const struct prelude_text prelude_texts[];  /* sorted by name, ended by a name of NULL */
extern const struct prelude_text prelude_common[]; /* one: common.lua, the argument of all others */

#endif
