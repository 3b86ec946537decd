#include "spot.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct buffer {
  char text[400];
  size_t used;
};

static void append(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void append(struct buffer *b, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int n = vsnprintf(b->text + b->used, sizeof b->text - b->used, format, args);
  va_end(args);
  if (n > 0) b->used += (size_t)n;
  if (b->used >= sizeof b->text) b->used = sizeof b->text - 1;
}

static void describe(const struct spot *spot, bool first, struct buffer *b) {
  const struct spot *outer = spot->parent;
  switch (spot->kind) {
    case SPOT_WORD:
      append(b, "%s", spot->word->text);
      if (spot->word->name) append(b, " \"%s\"", spot->word->name);
      if (outer && outer->kind == SPOT_ITEM) outer = outer->parent; /* the word says it better */
      if (outer) append(b, " in ");
      break;
    case SPOT_KEY:
      append(b, first ? "key '%s' of " : "%s of ", spot->key);
      break;
    case SPOT_ITEM:
      append(b, "item %d of ", spot->item);
      break;
  }
  if (outer) describe(outer, false, b);
}

/* File and line of a spot; its table, if one was written there. */
static const struct source *locate(const struct loader *loader, const struct spot *spot,
                                   struct text_place *place) {
  const struct source *source = NULL;
  if (spot->kind == SPOT_WORD && spot->word->source != NO_SOURCE) {
    source = loader->source[spot->word->source];
    *place = source_call(source, spot->word->line, spot->word->text, spot->word->name);
    return source;
  }
  if (spot->parent) source = locate(loader, spot->parent, place);
  if (source == NULL) return NULL;
  switch (spot->kind) {
    case SPOT_WORD: /* of a default: stands nowhere in the file */
      place->table = NO_TABLE;
      break;
    case SPOT_KEY:
      *place = source_key(source, *place, spot->key);
      break;
    case SPOT_ITEM:
      *place = source_item(source, *place, spot->item);
      break;
  }
  return source;
}

void spot_place(const struct loader *loader, const struct spot *spot, const char **file,
                int *line) {
  struct text_place place = {0, NO_TABLE};
  const struct source *source = locate(loader, spot, &place);
  *file = source != NULL ? source->file : NULL;
  *line = source != NULL ? place.line : 0;
}

static void refuse(struct loader *loader, const struct spot *at, const struct spot *spot,
                   const char *format, va_list args) {
  if (loader->failed) return;
  char sentence[512];
  vsnprintf(sentence, sizeof sentence, format, args);
  struct buffer what = {.used = 0};
  describe(spot, true, &what);
  struct text_place place = {0, NO_TABLE};
  const struct source *source = locate(loader, at, &place);
  if (source == NULL) {
    loader_fail(loader, "%s: %s", what.text, sentence);
  } else {
    loader_fail(loader, "%s:%d: %s: %s", source->file, place.line, what.text, sentence);
  }
}

bool spot_error(struct loader *loader, const struct spot *spot, const char *format, ...) {
  va_list args;
  va_start(args, format);
  refuse(loader, spot, spot, format, args);
  va_end(args);
  return false;
}

bool spot_error_at(struct loader *loader, const struct spot *at, const struct spot *spot,
                   const char *format, ...) {
  va_list args;
  va_start(args, format);
  refuse(loader, at, spot, format, args);
  va_end(args);
  return false;
}
