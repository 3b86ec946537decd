/* What can never work in a scenario: refused when it is loaded. */
#ifndef CALL_CHECK_H
#define CALL_CHECK_H

#include "error.h"
#include "spec.h"

/* Fails on operations that nobody handles, on calls that go round in a circle for ever and on
 * components that nothing calls: "file:line: sentence". */
bool call_check(const struct spec *spec, struct error *err);

#endif
