/* param { "rate", "900/s", doc = "offered load" }: a value that the command line may replace. */
#ifndef DECLARE_PARAM_H
#define DECLARE_PARAM_H

#include "loader.h"

/* The global function; returns the value in use. */
int declare_param(lua_State *L);

/* When the script is over: every setting must have named a parameter. */
bool settings_finish(struct loader *loader);

#endif
