#include "syntax_hint.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The first that fits. */
static const struct {
  const char *part, *hint;
} hints[] = {
    {"near '#'", "comments begin with --"},
    {"near '//'", "comments begin with --"},
    {"near '/'", "comments begin with --"},
    {"near '%'", "a share is a text, \"5%\""},
    {"'}' expected near '='", "a key stands without quotes and brackets, KEY = VALUE"},
    {"'}' expected near ':'", "write KEY = VALUE"},
    {"')' expected near '='", "keys stand in braces, as in client \"NAME\" { KEY = VALUE }"},
    {"<name> expected near", "write KEY = VALUE"},
    {"function arguments expected near", "write KEY = VALUE, and KIND \"NAME\" { ... }"},
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

static bool is_keyword(const char *token) {
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
    size_t n = strlen(keywords[i]);
    if (strncmp(token, keywords[i], n) == 0 && token[n] == '\'') return true;
  }
  return false;
}

const char *syntax_hint(const char *message) {
  const char *token = stopped_at(message);
  if (is_keyword(token)) return "this is a word of Lua itself, which no key can have";
  for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
    if (strstr(message, hints[i].part) != NULL) return hints[i].hint;
  }
  bool begins = isalpha((unsigned char)*token) || *token == '"' || *token == '{';
  if (strstr(message, "'}' expected") != NULL && begins) return "is a comma missing before it?";
  return NULL;
}
