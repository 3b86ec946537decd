#include "source.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- files ---------------------------------------------------------------------------------- */

bool source_too_large(size_t limit, struct error *err) {
  return error_set(err, "is larger than the limit of %.3g MiB; write less of it, or several files",
                   (double)limit / (1 << 20));
}

static bool read_all(int file, char *buffer, size_t limit, size_t *length, struct error *err) {
  size_t used = 0;
  while (used <= limit) { /* one byte more than allowed tells that there is too much */
    ssize_t got = read(file, buffer + used, limit + 1 - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return error_set(err, "cannot be read: %s", strerror(errno));
    if (got == 0) break;
    used += (size_t)got;
  }
  if (used > limit) return source_too_large(limit, err);
  *length = used;
  return true;
}

static bool check_regular(int file, size_t *size, struct error *err) {
  struct stat status;
  if (fstat(file, &status) != 0) return error_set(err, "cannot be read: %s", strerror(errno));
  if (S_ISDIR(status.st_mode)) return error_set(err, "is a folder; name a file");
  if (!S_ISREG(status.st_mode)) return error_set(err, "is not a regular file");
  *size = status.st_size > 0 ? (size_t)status.st_size : 0;
  return true;
}

bool source_read(struct arena *arena, const char *path, size_t limit, const char **text,
                 size_t *length, struct error *err) {
  /* O_NONBLOCK: a FIFO without a writer must not hold us up. */
  int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (file < 0) return error_set(err, "cannot be read: %s", strerror(errno));
  size_t size = 0;
  if (!check_regular(file, &size, err)) {
    close(file);
    return false;
  }
  if (size < limit) limit = size; /* what is added to it meanwhile makes it too large */
  char *buffer = mem_alloc(limit + 2);
  bool ok = read_all(file, buffer, limit, length, err);
  close(file);
  if (ok) {
    char *copy = arena_alloc(arena, *length + 1);
    memcpy(copy, buffer, *length);
    *text = copy;
  }
  free(buffer);
  return ok;
}

const char *source_folder(struct arena *arena, const char *path) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL) return ".";
  if (slash == path) return "/";
  char *folder = arena_text(arena, path);
  folder[slash - path] = '\0';
  return folder;
}

const char *source_below(struct arena *arena, const char *top, const struct source *from,
                         const char *name, struct error *err) {
  if (name[0] == '/') {
    error_set(err, "\"%s\" is an absolute path; name a file relative to this one", name);
    return NULL;
  }
  char *real = realpath(arena_format(arena, "%s/%s", from->folder, name), NULL);
  if (real == NULL) {
    error_set(err, "\"%s\" cannot be read: %s", name, strerror(errno));
    return NULL;
  }
  size_t length = strcmp(top, "/") == 0 ? 0 : strlen(top);
  bool below = strncmp(real, top, length) == 0 && real[length] == '/';
  const char *path = arena_text(arena, real);
  free(real);
  if (below) return path;
  error_set(err, "\"%s\" is outside the scenario's folder, from which alone files are read", name);
  return NULL;
}

/* --- tokens --------------------------------------------------------------------------------- */

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_STRING, TOKEN_SIGN };

struct token {
  enum token_kind kind;
  const char *start; /* of a string: behind its opening quote or bracket */
  size_t length;
};

struct reader {
  const struct source *source;
  size_t at;
  int line;
};

static char peek(const struct reader *r, size_t ahead) {
  size_t at = r->at + ahead;
  return at < r->source->length ? r->source->text[at] : '\0';
}

static bool at_end(const struct reader *r) {
  return r->at >= r->source->length;
}

static void step(struct reader *r) {
  if (peek(r, 0) == '\n') r->line++;
  r->at++;
}

/* Number of "=" in a long bracket "[==[" that begins here, or -1. */
static int long_bracket(const struct reader *r) {
  if (peek(r, 0) != '[') return -1;
  int level = 0;
  while (peek(r, 1 + (size_t)level) == '=') level++;
  return peek(r, 1 + (size_t)level) == '[' ? level : -1;
}

/* Passes a long bracket; returns the length of its contents. */
static size_t pass_long(struct reader *r, int level) {
  size_t start = r->at += (size_t)level + 2;
  while (!at_end(r)) {
    if (peek(r, 0) == ']') {
      int equals = 0;
      while (peek(r, 1 + (size_t)equals) == '=') equals++;
      if (equals == level && peek(r, 1 + (size_t)equals) == ']') {
        size_t length = r->at - start;
        r->at += (size_t)level + 2;
        return length;
      }
    }
    step(r);
  }
  return r->at - start;
}

static void pass_blanks(struct reader *r) {
  for (;;) {
    while (!at_end(r) && isspace((unsigned char)peek(r, 0))) step(r);
    if (peek(r, 0) != '-' || peek(r, 1) != '-') return;
    r->at += 2;
    int level = long_bracket(r);
    if (level >= 0) {
      pass_long(r, level);
    } else {
      while (!at_end(r) && peek(r, 0) != '\n') step(r);
    }
  }
}

static size_t pass_string(struct reader *r) {
  char quote = peek(r, 0);
  size_t start = ++r->at;
  while (!at_end(r) && peek(r, 0) != quote && peek(r, 0) != '\n') {
    if (peek(r, 0) == '\\') step(r);
    step(r);
  }
  size_t length = (at_end(r) ? r->source->length : r->at) - start;
  if (peek(r, 0) == quote) r->at++;
  return length;
}

static bool is_word_char(char c) {
  return isalnum((unsigned char)c) || c == '_';
}

static struct token next_token(struct reader *r) {
  pass_blanks(r);
  if (at_end(r)) return (struct token){TOKEN_END, "", 0};
  const char *start = r->source->text + r->at;
  char c = *start;
  if (c == '"' || c == '\'') return (struct token){TOKEN_STRING, start + 1, pass_string(r)};
  int level = long_bracket(r);
  if (level >= 0) {
    return (struct token){TOKEN_STRING, start + level + 2, pass_long(r, level)};
  }
  if (is_word_char(c)) {
    while (is_word_char(peek(r, 0))) r->at++;
    return (struct token){TOKEN_WORD, start, (size_t)(r->source->text + r->at - start)};
  }
  r->at++;
  return (struct token){TOKEN_SIGN, start, 1};
}

static bool is_text(struct token token, enum token_kind kind, const char *text) {
  return token.kind == kind && token.length == strlen(text) &&
         memcmp(token.start, text, token.length) == 0;
}

static bool is_sign(struct token token, char sign) {
  return token.kind == TOKEN_SIGN && *token.start == sign;
}

static bool opens(struct token token) {
  return is_sign(token, '{') || is_sign(token, '(') || is_sign(token, '[');
}

static bool closes(struct token token) {
  return is_sign(token, '}') || is_sign(token, ')') || is_sign(token, ']');
}

const char *source_word_for_lua(const char *kind) {
  return strcmp(kind, "function") == 0 ? "Function" : kind;
}

const char *source_for_lua(struct arena *arena, const struct source *source) {
  struct reader r = {source, 0, 1};
  char *copy = NULL;
  struct token next = next_token(&r);
  while (next.kind != TOKEN_END) {
    struct token word = next;
    next = next_token(&r);
    if (!is_text(word, TOKEN_WORD, "function") || next.kind != TOKEN_STRING) continue;
    if (copy == NULL) {
      copy = arena_alloc(arena, source->length + 1);
      memcpy(copy, source->text, source->length + 1);
    }
    memcpy(copy + (word.start - source->text), source_word_for_lua("function"), word.length);
  }
  return copy != NULL ? copy : source->text;
}

/* --- variables ------------------------------------------------------------------------------ */

static bool is_param(struct reader r, const char *name) {
  struct token token = next_token(&r);
  if (!is_text(token, TOKEN_WORD, "param")) return false;
  token = next_token(&r);
  if (is_sign(token, '(')) token = next_token(&r);
  if (!is_sign(token, '{')) return false;
  return is_text(next_token(&r), TOKEN_STRING, name);
}

/* Whether a value that begins behind `last` is the whole of a statement. */
static bool is_statement(struct token last) {
  static const char *const operators[] = {"and", "or", "not", "return", "in"};
  for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
    if (is_text(last, TOKEN_WORD, operators[i])) return false;
  }
  return last.kind != TOKEN_SIGN || closes(last) || is_sign(last, ';');
}

static uint32_t count_words(const struct source *source, struct token word) {
  struct reader r = {source, 0, 1};
  uint32_t n = 0;
  for (struct token t = next_token(&r); t.kind != TOKEN_END; t = next_token(&r)) {
    n += t.kind == TOKEN_WORD && t.length == word.length &&
         memcmp(t.start, word.start, t.length) == 0;
  }
  return n;
}

bool source_param_unread(const struct source *source, const char *name, int *line) {
  struct reader r = {source, 0, 1};
  struct token last[3] = {{TOKEN_END, "", 0}, {TOKEN_END, "", 0}, {TOKEN_END, "", 0}};
  for (;;) {
    pass_blanks(&r);
    if (at_end(&r)) return false;
    if (is_param(r, name)) break;
    last[2] = last[1];
    last[1] = last[0];
    last[0] = next_token(&r);
  }
  *line = r.line;
  bool local =
      is_sign(last[0], '=') && last[1].kind == TOKEN_WORD && is_text(last[2], TOKEN_WORD, "local");
  return local ? count_words(source, last[1]) == 1 : is_statement(last[0]);
}

/* --- places --------------------------------------------------------------------------------- */

/* The table at the reader: "{", or "word {", or "word "name" ({". */
static size_t table_here(struct reader r) {
  for (int i = 0; i < 6; i++) {
    struct token token = next_token(&r);
    if (is_sign(token, '{')) return r.at;
    if (token.kind != TOKEN_WORD && token.kind != TOKEN_STRING && !is_sign(token, '(') &&
        !is_sign(token, ')')) {
      return NO_TABLE;
    }
  }
  return NO_TABLE;
}

struct text_place source_call(const struct source *source, int line, const char *word,
                              const char *name) {
  struct reader r = {source, 0, 1};
  while (r.line < line && !at_end(&r)) step(&r);
  while (r.line == line) {
    struct token token = next_token(&r);
    if (token.kind == TOKEN_END) break;
    if (!is_text(token, TOKEN_WORD, word)) continue;
    struct reader behind = r;
    token = next_token(&behind);
    if (is_sign(token, '(')) token = next_token(&behind);
    if (name && token.kind == TOKEN_STRING && !is_text(token, TOKEN_STRING, name)) continue;
    return (struct text_place){line, table_here(r)};
  }
  return (struct text_place){line, NO_TABLE};
}

/* Passes the rest of an item up to behind its "," or ";". False at the end of the table. */
static bool pass_item(struct reader *r) {
  int depth = 0;
  for (;;) {
    struct token token = next_token(r);
    if (token.kind == TOKEN_END) return false;
    if (opens(token)) depth++;
    if (closes(token) && depth-- == 0) return false;
    if (depth == 0 && (is_sign(token, ',') || is_sign(token, ';'))) return true;
  }
}

/* Whether an item "key =" or ["key"] = begins here; the reader is then behind the "=". */
static bool pass_key(struct reader *r, struct token *key) {
  struct reader ahead = *r;
  *key = next_token(&ahead);
  if (is_sign(*key, '[')) {
    *key = next_token(&ahead);
    if (!is_sign(next_token(&ahead), ']')) return false;
  } else if (key->kind != TOKEN_WORD) {
    return false;
  }
  if (!is_sign(next_token(&ahead), '=') || peek(&ahead, 0) == '=') return false;
  *r = ahead;
  return true;
}

static int line_at(const struct source *source, size_t at) {
  int line = 1;
  for (size_t i = 0; i < at && i < source->length; i++) line += source->text[i] == '\n';
  return line;
}

/* By key if it is not NULL, else by number. */
static struct text_place find(const struct source *source, struct text_place place,
                              const char *wanted, int item) {
  struct text_place nowhere = {place.line, NO_TABLE};
  if (place.table == NO_TABLE) return nowhere;
  struct reader r = {source, place.table, line_at(source, place.table)};
  int items = 0;
  do {
    pass_blanks(&r);
    if (peek(&r, 0) == '}') break;
    int line = r.line;
    struct token key;
    bool has_key = pass_key(&r, &key);
    if (!has_key) items++;
    bool found =
        wanted ? has_key && (is_text(key, TOKEN_WORD, wanted) || is_text(key, TOKEN_STRING, wanted))
               : !has_key && items == item;
    if (found) return (struct text_place){line, table_here(r)};
  } while (pass_item(&r));
  return nowhere;
}

struct text_place source_key(const struct source *source, struct text_place place,
                             const char *key) {
  return find(source, place, key, 0);
}

struct text_place source_item(const struct source *source, struct text_place place, int item) {
  return find(source, place, NULL, item);
}
