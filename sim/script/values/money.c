#include "money.h"

#include <lauxlib.h>
#include <string.h>

#include "configure.h"
#include "kind.h"

#define MOST 1e12 /* a limit against slips */

#define PART(NAME, FIELD, DOC)                                                             \
  {                                                                                        \
    .name = NAME, .type = PARAM_NUMBER, .offset = offsetof(struct price, FIELD), .min = 0, \
    .max = MOST, .doc = DOC                                                                \
  }

static const struct param parts[] = {
    PART("per_call", per_call, "Each call that it answers."),
    PART("per_100ms", per_100ms,
         "Each 100 ms for which a call has an instance, of each call rounded up."),
    PART("per_GB", per_gb, "10^9 bytes of the answers that it gives."),
    {0},
};

static bool read_hourly(struct loader *loader, const struct spot *spot, int index,
                        struct price *out) {
  const char *text =
      lua_type(loader->L, index) == LUA_TSTRING ? lua_tostring(loader->L, index) : "";
  if (strchr(text, '/') == NULL) {
    return value_unexpected(loader, spot, index, "a price for a time, such as \"0.10/h\"");
  }
  return value_quantity(loader, spot, index, QUANTITY_RATE, &out->per_s) &&
         value_in_range(loader, spot, out->per_s, 0, MOST, QUANTITY_RATE);
}

static bool is_empty(lua_State *L, int index) {
  lua_pushnil(L);
  if (lua_next(L, index) == 0) return true;
  lua_pop(L, 2);
  return false;
}

/* A path answers no calls. */
static const char *expected_at(const struct spot *spot) {
  const struct spot *of = spot->parent;
  bool of_path = of && of->kind == SPOT_WORD && !strcmp(of->word->text, "path");
  return of_path ? "a price such as \"0.10/h\" or { per_GB = 0.02 }"
                 : "a price such as \"0.10/h\" or { per_call = 2e-7 }";
}

bool money_read(struct loader *loader, const struct spot *spot, int index, struct price *out) {
  const char *expected = expected_at(spot);
  lua_State *L = loader->L;
  index = lua_absindex(L, index);
  *out = (struct price){0};
  if (lua_type(L, index) == LUA_TSTRING) return read_hourly(loader, spot, index, out);
  if (!lua_istable(L, index)) return value_unexpected(loader, spot, index, expected);
  if (is_empty(L, index)) return spot_error(loader, spot, "is empty; write %s", expected);
  if (!configure(loader, spot, index, parts, out, NULL, 0, 1)) return false;
  struct spot first = spot_item(spot, 1);
  bool ok = lua_geti(L, index, 1) == LUA_TNIL || read_hourly(loader, &first, -1, out);
  lua_pop(L, 1);
  return ok;
}

bool money_check(struct loader *loader, const struct spot *spot,
                 const struct component_spec *component, const struct price *price) {
  const struct kind *kind = component->kind;
  struct spot call = spot_key(spot, "per_call"), time = spot_key(spot, "per_100ms"),
              bytes = spot_key(spot, "per_GB");
  if (kind->is_source || kind->stands_apart) {
    return spot_error(loader, spot,
                      "a %s costs nothing: a price is for what is there to answer calls, or for "
                      "what such components run on",
                      kind->name);
  }
  bool used = !kind->by_name && kind->lodging == NULL;
  if (!used && (price->per_call > 0 || price->per_gb > 0)) {
    return spot_error(loader, price->per_call > 0 ? &call : &bytes,
                      "a %s answers no calls that could be counted; give it a price an hour, such "
                      "as \"0.10/h\"",
                      kind->name);
  }
  if (price->per_100ms > 0 && !kind->bills_time) {
    return spot_error(loader, &time,
                      "is for services, of which a call has an instance for a time; a %s can have "
                      "a price an hour, per_call%s",
                      kind->name, used ? " and per_GB" : "");
  }
  return true;
}

static void put_part(FILE *out, bool *any, double price, const char *unit) {
  if (price <= 0) return;
  fprintf(out, "%s%.10g %s", *any ? ", " : "", price, unit);
  *any = true;
}

void money_put(FILE *out, const struct price *price) {
  bool any = false;
  put_part(out, &any, price->per_s * 3600, "an hour");
  put_part(out, &any, price->per_call, "a call");
  put_part(out, &any, price->per_100ms, "each 100 ms");
  put_part(out, &any, price->per_gb, "a GB");
  if (!any) fputs("none", out);
}
