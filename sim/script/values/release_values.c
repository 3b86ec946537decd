/* Values of a release: the shares of its steps, and the condition that takes it back. */
#include <lauxlib.h>
#include <string.h>

#include "configure.h"
#include "param_read.h"
#include "param_text.h"

enum { SHARES_MOST = 100 };

static bool read_share(const struct field *f, const struct spot *spot, int index, double *out) {
  return value_quantity(f->loader, spot, index, QUANTITY_RATIO, out) &&
         value_in_range(f->loader, spot, *out, 0, 1, QUANTITY_RATIO);
}

bool param_read_ratios(const struct field *f, int index) {
  lua_State *L = f->loader->L;
  struct shares *out = f->at;
  index = lua_absindex(L, index);
  bool list = lua_istable(L, index);
  uint32_t n = list ? (uint32_t)lua_rawlen(L, index) : 1;
  if (n == 0 || n > SHARES_MOST) {
    return spot_error(f->loader, f->spot,
                      "has %u shares; it takes 1 to %d, such as { \"10%%\", "
                      "\"50%%\", \"100%%\" }",
                      n, SHARES_MOST);
  }
  double *share = arena_alloc(f->loader->arena, n * sizeof *share);
  *out = (struct shares){n, share};
  if (!list) return read_share(f, f->spot, index, share);
  if (!table_check(f->loader, f->spot, index, NULL, 0, (int)n)) return false;
  for (uint32_t i = 0; i < n; i++) {
    struct spot item = spot_item(f->spot, (int)i + 1);
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    bool ok = read_share(f, &item, -1, &share[i]);
    lua_pop(L, 1);
    if (!ok) return false;
  }
  return true;
}

/* What stands from `from` to `to`, without blanks around it, as a value that `read` reads into
 * `at`. */
static bool read_part(const struct field *f, const char *from, const char *to, void *at,
                      const struct param *param, bool (*read)(const struct field *f, int index)) {
  while (from < to && *from == ' ') from++;
  while (to > from && to[-1] == ' ') to--;
  lua_State *L = f->loader->L;
  const char *text = arena_format(f->loader->arena, "%.*s", (int)(to - from), from);
  if (lua_stringtonumber(L, text) == 0) lua_pushstring(L, text);
  const struct field part = {.loader = f->loader, .spot = f->spot, .param = param, .at = at};
  bool ok = read(&part, lua_gettop(L));
  lua_pop(L, 1);
  return ok;
}

bool param_read_condition(const struct field *f, int index) {
  static const struct param metric = {.type = PARAM_WATCH}, limit = {.type = PARAM_LIMIT};
  struct condition *out = f->at;
  const char *text = NULL;
  if (!value_text(f->loader, f->spot, index, param_expected(f->param), &text)) return false;
  const char *sign = strpbrk(text, "<>");
  if (sign == NULL) return value_unexpected(f->loader, f->spot, index, param_expected(f->param));
  out->above = *sign == '>';
  return read_part(f, text, sign, &out->metric, &metric, param_read_watch) &&
         read_part(f, sign + 1, text + strlen(text), &out->limit, &limit, param_read_limit);
}

void param_put_ratios(FILE *out, const struct spec *spec, const struct param *param,
                      const void *value) {
  (void)spec, (void)param;
  const struct shares *shares = value;
  for (uint32_t i = 0; i < shares->n; i++) {
    char text[64];
    quantity_format(QUANTITY_RATIO, shares->share[i], text, sizeof text);
    fprintf(out, "%s%s", i > 0 ? ", " : "", text);
  }
}

void param_put_condition(FILE *out, const struct spec *spec, const struct param *param,
                         const void *value) {
  const struct condition *when = value;
  param_put_watch(out, spec, param, &when->metric);
  if (when->metric.name == NULL) return;
  fputs(when->above ? " > " : " < ", out);
  param_put_limit(out, spec, param, &when->limit);
}
