/* The text of a scenario file or of one that it includes: safe reading, and where a key stands.
 *
 * Lua knows only the line of a call. The line of a key inside the call's table is found by reading
 * the tokens of the source from there on; where a table was not written in place, nothing is found
 * and the call's line has to do. */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "error.h"

struct source {
  const char *file;   /* as shown to the user */
  const char *folder; /* real path of the folder it lies in */
  const char *text;
  size_t length;
  const struct source *includer; /* NULL: the scenario itself */
};

/* Reads a regular file of at most `limit` bytes; the text ends with a NUL that is not counted. On a
 * mistake false and a sentence without the file's name ("is a folder"). */
bool source_read(struct arena *arena, const char *path, size_t limit, const char **text,
                 size_t *length, struct error *err);

/* False, with the sentence on a file that has more than `limit` bytes. */
bool source_too_large(size_t limit, struct error *err);

/* Finds `name`, written in `from`, below the folder `top` after all symbolic links are resolved.
 * NULL and a sentence otherwise. */
const char *source_below(struct arena *arena, const char *top, const struct source *from,
                         const char *name, struct error *err);

/* Folder part of a path, "." if it has none. */
const char *source_folder(struct arena *arena, const char *path);

/* The text for Lua's compiler, as long: `function "resize" { ... }` is a component, though the word
 * is Lua's own, which has no text behind it; there it is the word under which Lua knows the kind.
 */
const char *source_word_for_lua(const char *kind);
const char *source_for_lua(struct arena *arena, const struct source *source);

/* A place in the text: a line, and the offset behind the "{" of the table that begins there. */
#define NO_TABLE SIZE_MAX
struct text_place {
  int line;
  size_t table; /* or NO_TABLE */
};

/* The call of `word` in that line, with the given name if not NULL: service "web" { ... }. */
struct text_place source_call(const struct source *source, int line, const char *word,
                              const char *name);

/* Whether a `param { "NAME" ... }` stands there whose value goes into a local variable that nothing
 * reads, or nowhere; and its line. False where that is not certain. */
bool source_param_unread(const struct source *source, const char *name, int *line);

/* The value of a key, or of the item with a 1-based number, in the table at `place`; `place` itself
 * without a table if it is not found. */
struct text_place source_key(const struct source *source, struct text_place place, const char *key);
struct text_place source_item(const struct source *source, struct text_place place, int item);

#endif
