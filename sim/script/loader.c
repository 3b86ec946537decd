#include "loader.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool loader_fail(struct loader *loader, const char *format, ...) {
  if (loader->failed) return false;
  loader->failed = true;
  char text[sizeof loader->err->text];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return error_set(loader->err, "%s", text);
}

/* Chunks are called "=#N", so that the names of files are neither cut nor interpreted by Lua. */
bool loader_where(lua_State *L, uint32_t *source, int *line) {
  lua_Debug call;
  for (int level = 0; lua_getstack(L, level, &call); level++) {
    lua_getinfo(L, "Sl", &call);
    if (call.currentline <= 0 || call.short_src[0] != '#') continue;
    *source = (uint32_t)strtoul(call.short_src + 1, NULL, 10);
    *line = call.currentline;
    return true;
  }
  return false;
}

void loader_raise(lua_State *L, const char *format, ...) {
  struct loader *loader = loader_of(L);
  char text[sizeof loader->err->text];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  uint32_t source = 0;
  int line = 0;
  if (loader_where(L, &source, &line)) {
    loader_fail(loader, "%s:%d: %s", loader->source[source]->file, line, text);
  } else {
    loader_fail(loader, "%s: %s", loader->scenario->file, text);
  }
  lua_pushnil(L); /* the handler asks the loader what went wrong */
  lua_error(L);
  abort();
}

struct word *loader_word(lua_State *L, int index) {
  return luaL_testudata(L, index, WORD_TYPE);
}

void *loader_grown(struct loader *loader, void *list, uint32_t n, uint32_t *capacity, size_t size) {
  if (n < *capacity) return list;
  *capacity = *capacity ? 2 * *capacity : 16;
  void *copy = arena_alloc(loader->arena, *capacity * size);
  if (n) memcpy(copy, list, n * size);
  return copy;
}

void loader_add_input(struct loader *loader, const char *text, size_t length) {
  struct scenario *scenario = loader->scenario;
  struct scenario_input *list = (struct scenario_input *)scenario->input;
  scenario->input = list =
      loader_grown(loader, list, scenario->inputs, &loader->input_capacity, sizeof *list);
  list[scenario->inputs++] = (struct scenario_input){text, length};
}

/* --- texts ---------------------------------------------------------------------------------- */

bool name_is_valid(const char *name, size_t length) {
  if (length == 0 || length > NAME_MAX_BYTES) return false;
  for (size_t i = 0; i < length; i++) {
    char c = name[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-') return false;
  }
  return true;
}

/* Bytes that follow the first byte of a UTF-8 sequence; -1: it cannot be a first byte. */
static int continuation_bytes(unsigned char first) {
  if (first < 0x80) return 0;
  if (first >= 0xc2 && first <= 0xdf) return 1;
  if (first >= 0xe0 && first <= 0xef) return 2;
  if (first >= 0xf0 && first <= 0xf4) return 3;
  return -1;
}

/* Three and four byte sequences have second bytes that would encode too little or too much. */
static bool second_byte_fits(unsigned char first, unsigned char second) {
  if (first == 0xe0) return second >= 0xa0;
  if (first == 0xed) return second < 0xa0;
  if (first == 0xf0) return second >= 0x90;
  if (first == 0xf4) return second < 0x90;
  return true;
}

const char *text_fault(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c < 0x20 || c == 0x7f) return "contains a control character";
    int more = continuation_bytes(c);
    if (more < 0 || i + (size_t)more >= length) return "is not valid UTF-8";
    for (int k = 1; k <= more; k++) {
      unsigned char next = (unsigned char)text[i + (size_t)k];
      if ((next & 0xc0) != 0x80) return "is not valid UTF-8";
      if (k == 1 && !second_byte_fits(c, next)) return "is not valid UTF-8";
    }
    i += (size_t)more;
  }
  return NULL;
}

/* --- lists ---------------------------------------------------------------------------------- */

struct declaration *declarations_add(struct loader *loader, struct declarations *list) {
  list->list = loader_grown(loader, list->list, list->n, &list->capacity, sizeof *list->list);
  return &list->list[list->n++];
}

void names_add(struct loader *loader, struct names *names, const char *name) {
  names->list = loader_grown(loader, names->list, names->n, &names->capacity, sizeof *names->list);
  names->list[names->n++] = name;
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void names_sort(struct names *names) {
  if (names->n == 0) return;
  qsort(names->list, names->n, sizeof *names->list, by_text);
  uint32_t kept = 1;
  for (uint32_t i = 1; i < names->n; i++) {
    if (strcmp(names->list[i], names->list[kept - 1]) != 0) names->list[kept++] = names->list[i];
  }
  names->n = kept;
}

uint32_t names_find(const struct names *names, const char *name) {
  uint32_t low = 0, high = names->n;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    int order = strcmp(names->list[middle], name);
    if (order == 0) return middle;
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return REF_NONE;
}
