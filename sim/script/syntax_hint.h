/* What to do about a mistake of syntax that Lua's compiler describes in its own terms: habits from
 * YAML, JSON, Python and C. */
#ifndef SYNTAX_HINT_H
#define SYNTAX_HINT_H

/* NULL: there is nothing to add to the compiler's message. */
const char *syntax_hint(const char *message);

#endif
