/* The word `allow`: who may call whom. */
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "configure.h"
#include "words.h"

#define AT(field) offsetof(struct allow_config, field)

const struct param allow_params[] = {
    {.name = "from",
     .type = PARAM_TEXT,
     .offset = AT(from),
     .required = true,
     .doc = "Component, zone or region whose calls may pass."},
    {.name = "to",
     .type = PARAM_TEXT,
     .offset = AT(to),
     .required = true,
     .doc = "Component, zone or region that they may reach. Their answers pass back, as with a "
            "firewall that keeps state."},
    {.name = "op",
     .type = PARAM_OPS,
     .offset = AT(op),
     .doc = "Operations that may pass; all, if not given."},
    {.name = "drop",
     .type = PARAM_BOOL,
     .offset = AT(drop),
     .fallback = "false",
     .doc = "Whether what no line allows on its way to `to` vanishes, so that its caller waits for "
            "its timeout (iptables: DROP), or is answered denied at once (REJECT)."},
    {0},
};

static bool read_allow(struct loader *loader, const struct declaration *declaration,
                       struct allow_spec *out) {
  struct spot spot = spot_word(NULL, declaration->word);
  int table = declaration_push(loader, declaration);
  struct allow_config config = {.from = ""};
  bool ok = declaration_is_table(loader, &spot, table) &&
            configure(loader, &spot, table, allow_params, &config, NULL, 0, 0);
  struct spot from = spot_key(&spot, "from"), to = spot_key(&spot, "to");
  ok = ok && build_find_place(loader, &from, config.from, &out->from) &&
       build_find_place(loader, &to, config.to, &out->to);
  out->ops = config.op.n;
  out->op = config.op.ops;
  out->drop = config.drop;
  spot_place(loader, &spot, &out->file, &out->line);
  lua_pop(loader->L, 1);
  return ok;
}

bool build_allows(struct loader *loader) {
  uint32_t n = loader->allows.n;
  struct allow_spec *allow = arena_alloc(loader->arena, (n + 1) * sizeof *allow);
  for (uint32_t i = 0; i < n; i++) {
    if (!read_allow(loader, &loader->allows.list[i], &allow[i])) return false;
  }
  loader->scenario->spec.allow = allow;
  loader->scenario->spec.allows = n;
  return true;
}
