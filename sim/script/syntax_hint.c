#include "syntax_hint.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct hint {
  const char *part, *hint;
};

/* The first that fits. */
static const struct hint hints[] = {
    {"near '#'", "comments begin with --"},
    {"near '//'", "comments begin with --"},
    {"near '/'", "comments begin with --"},
    {"near '%'", "a share is a text, \"5%\""},
    {"near '!'", "not equal is ~=, and not is the word not"},
    {"near '?'", "one of two is written: condition and this or that"},
    {"near '['", "a list stands in braces, { \"a\", \"b\" }"},
    {"near '=='", "a value is given with one ="},
    {"(to close '{'", "this brace is not closed; is a } missing, or a comma?"},
    {"(to close '('", "this bracket is not closed; is a ) missing, or a comma?"},
    {"(to close '", "this block is not closed; is an end missing?"},
    {"'do' expected near '{'", "blocks of Lua have words, for ... do ... end, and no braces"},
    {"'then' expected near '{'", "blocks of Lua have words, if ... then ... end, and no braces"},
    {"<eof> expected near", "is there an end or a return too many before it?"},
    {"unfinished string near", "a text ends in its line with the quote that it begins with"},
    {"'}' expected near '='", "a key stands without quotes and brackets, KEY = VALUE"},
    {"'}' expected near ':'", "write KEY = VALUE"},
    {"')' expected near '='", "keys stand in braces, as in client \"NAME\" { KEY = VALUE }"},
    {"<name> expected near", "write KEY = VALUE"},
    {"function arguments expected near", "write KEY = VALUE, and KIND \"NAME\" { ... }"},
    {"syntax error near ','", "no comma stands between a kind, its name and its table, or behind"},
    {"syntax error near", "behind a word stands a text in quotes or a table in braces"},
    {"malformed number near", "what has a unit stands in quotes, as in \"250ms\""},
};

static const char *const keywords[] = {
    "and", "break", "do", "else",   "elseif", "end",  "for",   "function", "goto", "if",
    "in",  "local", "or", "repeat", "return", "then", "until", "while",    "not",
};

/* What the compiler stopped at, in quotes at the end of its message; "": not known. */
static const char *stopped_at(const char *message) {
  const char *near = strstr(message, "near '");
  return near != NULL ? near + strlen("near '") : "";
}

static bool is_keyword(const char *token, size_t length) {
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
    if (strlen(keywords[i]) == length && strncmp(token, keywords[i], length) == 0) return true;
  }
  return false;
}

static bool is_of_name(char c) {
  return isalnum((unsigned char)c) || c == '_';
}

/* Where in the line that token stands which is at `token`, `n` characters long, with a name and a
 * blank before it; that name goes to *before. NULL: nowhere. */
static const char *behind_a_name(const char *line, size_t length, const char *token, size_t n,
                                 const char **before) {
  for (size_t at = 1; at + n <= length; at++) {
    bool whole = at + n == length || !is_of_name(token[0]) || !is_of_name(line[at + n]);
    if (strncmp(line + at, token, n) != 0 || !whole || line[at - 1] != ' ') continue;
    size_t end = at;
    while (end > 0 && line[end - 1] == ' ') end--;
    size_t from = end;
    while (from > 0 && is_of_name(line[from - 1])) from--;
    if (from == end || isdigit((unsigned char)line[from])) continue;
    if (is_keyword(line + from, end - from)) continue;
    *before = line + from;
    return line + at;
  }
  return NULL;
}

/* `work exponential "5ms"`, `service s {` and `poisson 10/s`: what stands behind a word without
 * quotes, braces or brackets. */
static bool hint_at_words(const char *message, const char *token, const char *line, size_t length,
                          char *out, size_t size) {
  const char *before, *end = strchr(token, '\'');
  size_t n = end != NULL ? (size_t)(end - token) : 0;
  if (n == 0 || !isalnum((unsigned char)*token)) return false;
  const char *at = behind_a_name(line, length, token, n, &before);
  if (at == NULL) return false;
  int name = 0, rest = (int)n;
  while (is_of_name(before[name])) name++;
  const char *next = at + n;
  while (next < line + length && *next == ' ') next++;
  bool called = next < line + length && (*next == '"' || *next == '\'' || *next == '(');
  bool kind = strstr(message, "syntax error") != NULL && next < line + length && *next == '{';
  if (isdigit((unsigned char)*token)) {
    while (at + rest < line + length && (is_of_name(at[rest]) || strchr("./%", at[rest]))) rest++;
    snprintf(out, size, "what has a unit stands in quotes: write %.*s \"%.*s\"", name, before, rest,
             at);
  } else if (kind) {
    snprintf(out, size, "a name stands in quotes: write %.*s \"%.*s\" { ... }", name, before, rest,
             at);
  } else if (called && strstr(message, "syntax error") != NULL) {
    snprintf(out, size,
             "of two words in a row the second stands in braces: write %.*s { %.*s ... }", name,
             before, rest, at);
  } else if (called) {
    snprintf(out, size, "of two words in a row the second stands in brackets: write %.*s(%.*s ...)",
             name, before, rest, at);
  } else {
    while (at + rest < line + length && (is_of_name(at[rest]) || at[rest] == '.')) rest++;
    snprintf(out, size, "a text stands in quotes: write %.*s \"%.*s\"", name, before, rest, at);
  }
  return true;
}

bool syntax_hint(const char *message, const char *line, size_t length, char *out, size_t size) {
  const char *token = stopped_at(message), *hint = NULL;
  bool begins = isalpha((unsigned char)*token) || *token == '"' || *token == '{';
  bool brace = strstr(message, "'}' expected near") != NULL;
  if (is_keyword(token, strcspn(token, "'")) && strstr(message, "(to close") == NULL) {
    hint = "this is a word of Lua itself, which no key can have";
  }
  if (hint == NULL && (brace || strstr(message, "syntax error near") != NULL) &&
      hint_at_words(message, token, line, length, out, size)) {
    return true;
  }
  for (size_t i = 0; hint == NULL && i < sizeof hints / sizeof *hints; i++) {
    if (strstr(message, hints[i].part) != NULL) hint = hints[i].hint;
  }
  if (hint == NULL && brace && begins) hint = "is a comma missing before it?";
  if (hint == NULL) return false;
  snprintf(out, size, "%s", hint);
  return true;
}

const char *runtime_hint(const char *message) {
  static const struct hint of_running[] = {
      {"attempt to call a word value",
       "a word takes one thing: all that belongs to it stands in one table, as in call { \"db\", "
       "timeout = \"1s\" }"},
      {"attempt to call a table value",
       "something in braces stands behind another; is a comma missing between them?"},
      {"attempt to call a string value",
       "something stands right behind a text; is a comma missing between them?"},
      {"attempt to index a nil value", "it has no value here; is it the right name?"},
      {"attempt to index a function value",
       "a word takes a text or a table, as in service \"NAME\" { ... }"},
      {"attempt to perform arithmetic on a nil value",
       "it has no value here: is it the right name, and what is given to tonumber a number?"},
      {"attempt to compare number with string",
       "what has a unit is a text; compare plain numbers, as of param { \"n\", 10 }"},
      {"attempt to compare string with number",
       "what has a unit is a text; compare plain numbers, as of param { \"n\", 10 }"},
      {"attempt to concatenate a nil value", "it has no value here; is it the right name?"},
      {"attempt to concatenate a ", "only texts and numbers are joined with .."},
      {"attempt to get length of a nil value", "it has no value here; is it the right name?"},
      {"to 'format' (number expected", "%s takes any value, %d, %g and %.1f take numbers alone"},
      {"to 'format' (no value)",
       "each % in the text takes one more value, and %% stands for itself"},
      {"to 'format' (number has no integer", "%d takes whole numbers; %g and %.1f take others too"},
      {"assertion failed!", "give assert a text behind it that says what is wrong"},
      {"bad argument #1 to 'pairs' (table expected, got nil)",
       "what is gone through has no value; is it the right name?"},
      {"bad argument #1 to 'for iterator'",
       "what is gone through has no value or is no table; is it the right name?"},
  };
  for (size_t i = 0; i < sizeof of_running / sizeof *of_running; i++) {
    if (strstr(message, of_running[i].part) != NULL) return of_running[i].hint;
  }
  return NULL;
}
