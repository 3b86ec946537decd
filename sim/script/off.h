/* A scenario without one of its mechanisms, for `archsim compare --off NAME`: what does it buy?
 *
 *   NAME                 what happens
 *   COMPONENT            calls meant for it go to what stands behind it (kind.bypass): a cache's
 *                        look-ups to its origin; a control does nothing (kind.optional)
 *   COMPONENT.PARAM      the parameter gets its default, where that is a neutral one, or the value
 *                        that its table names as off; also COMPONENT.GROUP.PARAM
 *   SERVICE.CALLEE.PARAM the same for what a service's handlers do about their calls of a component
 *   SERVICE.STEP         its handlers leave these steps out: a limit
 *   path.FROM.TO.PARAM   the same as of a component, of a path as its metrics are called
 *   path.FROM.TO         the path is not there
 *   allow                nor is any line of that word: everybody may call everybody
 *   FAULT                the fault does not happen
 *
 * It works on the declarations, before anything is built from them, so that every later check sees
 * the scenario as if its author had left the mechanism out. */
#ifndef OFF_H
#define OFF_H

#include "loader.h"
#include "spot.h"

/* Called under lua_pcall, before build_names: parameters and components. */
bool off_declarations(struct loader *loader);

/* Early, of a component of a composed kind: takes out of its table at `index` what is to be off. */
bool off_composed(struct loader *loader, const struct word *word, int index);

/* After build_faults: faults; and what was named and is none of all this is a mistake. */
bool off_faults(struct loader *loader);

/* The name of the component that gets the calls meant for `name`. */
const char *off_follow(const struct loader *loader, const char *name);

/* Whether the component of this name is left out: it has others behind it, or does nothing. */
bool off_is_out(const struct loader *loader, const char *name);

/* Takes out of the table at `index`, the argument of a step that calls the component it names
 * first, what is to be off: "web.db.retry". The table is replaced by a copy. */
bool off_in_call(struct loader *loader, const struct spot *spot, const struct param *params,
                 int index);

/* Whether a step of a handler is to be off. */
bool off_step(struct loader *loader, const struct spot *spot, const struct step_def *def);

#endif
