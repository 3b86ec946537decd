#include "quantity_math.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader.h"
#include "quantity.h"

struct operand {
  bool is_quantity;
  double number; /* in its own unit */
  struct quantity_unit unit;
  const char *text;
};

static struct operand operand_at(lua_State *L, int index, const char *sign) {
  struct operand o = {.text = ""};
  if (lua_type(L, index) == LUA_TNUMBER) {
    o.number = lua_tonumber(L, index);
  } else if (lua_type(L, index) != LUA_TSTRING) {
    loader_raise(L, "'%s' takes quantities and numbers, got a %s", sign,
                 loader_word(L, index) ? "word" : luaL_typename(L, index));
  } else {
    o.text = lua_tostring(L, index);
    struct error why = {0};
    if (quantity_split(o.text, &o.number, &o.unit, &why)) {
      o.is_quantity = o.unit.name[0] != '\0';
    } else {
      loader_raise(L, "'%s': %s", sign, why.text);
    }
  }
  return o;
}

/* The shortest text that reads back as the same number. */
static void push_quantity(lua_State *L, double number, const struct operand *like,
                          const char *sign) {
  char text[64];
  if (!(number < INFINITY)) loader_raise(L, "'%s': the result is not finite", sign);
  if (number < 0) loader_raise(L, "'%s': the result is negative; quantities are not", sign);
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, number);
    if (strtod(text, NULL) == number) break;
  }
  lua_pushfstring(L, "%s%s", text, like->unit.name);
}

static _Noreturn void refuse(lua_State *L, const char *sign, const struct operand *a,
                             const struct operand *b, const char *why) {
  char left[44], right[44];
  snprintf(left, sizeof left, "\"%.40s\"", a->text);
  if (!a->is_quantity) snprintf(left, sizeof left, "%.14g", a->number);
  snprintf(right, sizeof right, "\"%.40s\"", b->text);
  if (!b->is_quantity) snprintf(right, sizeof right, "%.14g", b->number);
  loader_raise(L, "%s %s %s: %s", left, sign, right, why);
}

/* The second operand's number in the unit of the first. */
static double in_unit_of(lua_State *L, const char *sign, const struct operand *a,
                         const struct operand *b) {
  if (!a->is_quantity || !b->is_quantity) refuse(L, sign, a, b, "one of them has no unit");
  if (a->unit.quantity != b->unit.quantity) {
    refuse(L, sign, a, b, "their units measure different things");
  }
  if (!strcmp(a->unit.name, b->unit.name)) return b->number;
  return b->number * b->unit.scale / a->unit.scale;
}

static int add(lua_State *L) {
  struct operand a = operand_at(L, 1, "+"), b = operand_at(L, 2, "+");
  if (!a.is_quantity && !b.is_quantity) {
    lua_pushnumber(L, a.number + b.number);
  } else {
    push_quantity(L, a.number + in_unit_of(L, "+", &a, &b), &a, "+");
  }
  return 1;
}

static int subtract(lua_State *L) {
  struct operand a = operand_at(L, 1, "-"), b = operand_at(L, 2, "-");
  if (!a.is_quantity && !b.is_quantity) {
    lua_pushnumber(L, a.number - b.number);
  } else {
    push_quantity(L, a.number - in_unit_of(L, "-", &a, &b), &a, "-");
  }
  return 1;
}

static int multiply(lua_State *L) {
  struct operand a = operand_at(L, 1, "*"), b = operand_at(L, 2, "*");
  if (!a.is_quantity && !b.is_quantity) {
    lua_pushnumber(L, a.number * b.number);
    return 1;
  }
  bool ratio_last = b.is_quantity && b.unit.quantity == QUANTITY_RATIO;
  bool ratio_first = a.is_quantity && a.unit.quantity == QUANTITY_RATIO;
  if (a.is_quantity && b.is_quantity && !ratio_first && !ratio_last) {
    refuse(L, "*", &a, &b, "only one of them may have a unit");
  }
  bool first = a.is_quantity && (!b.is_quantity || ratio_last);
  double factor = first ? b.number * (b.is_quantity ? b.unit.scale : 1)
                        : a.number * (a.is_quantity ? a.unit.scale : 1);
  push_quantity(L, (first ? a.number : b.number) * factor, first ? &a : &b, "*");
  return 1;
}

/* A quantity by a number is a quantity; by one of its kind, a number. */
static int divide(lua_State *L) {
  struct operand a = operand_at(L, 1, "/"), b = operand_at(L, 2, "/");
  if (b.number == 0) refuse(L, "/", &a, &b, "division by zero");
  if (!b.is_quantity && a.is_quantity) {
    push_quantity(L, a.number / b.number, &a, "/");
  } else if (b.is_quantity) {
    lua_pushnumber(L, a.number / in_unit_of(L, "/", &a, &b));
  } else {
    lua_pushnumber(L, a.number / b.number);
  }
  return 1;
}

/* What else there is makes sense of numbers alone. */
static int refuse_other(lua_State *L) {
  loader_raise(L, "texts and quantities compute with + - * / alone");
}

void quantity_math_install(lua_State *L) {
  static const char *const others[] = {"__mod", "__pow", "__unm", "__idiv"};
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  lua_pushcfunction(L, add);
  lua_setfield(L, -2, "__add");
  lua_pushcfunction(L, subtract);
  lua_setfield(L, -2, "__sub");
  lua_pushcfunction(L, multiply);
  lua_setfield(L, -2, "__mul");
  lua_pushcfunction(L, divide);
  lua_setfield(L, -2, "__div");
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    lua_pushcfunction(L, refuse_other);
    lua_setfield(L, -2, others[i]);
  }
  lua_pop(L, 2);
}
