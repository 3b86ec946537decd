#include "term.h"

#include <glib.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool wants_color(FILE *out) {
  const char *no_color = getenv("NO_COLOR");
  if (no_color != NULL && no_color[0] != '\0') return false;
  const char *name = getenv("TERM");
  return isatty(fileno(out)) && name != NULL && strcmp(name, "dumb") != 0;
}

static uint32_t find_columns(FILE *out) {
  struct winsize size;
  if (!isatty(fileno(out)) || ioctl(fileno(out), TIOCGWINSZ, &size) != 0) return TERM_COLUMNS;
  if (size.ws_col < TERM_COLUMNS) return TERM_COLUMNS;
  return size.ws_col < TERM_COLUMNS_MOST ? size.ws_col : TERM_COLUMNS_MOST;
}

struct term term_open(FILE *out, enum color_mode color) {
  return (struct term){
      .out = out,
      .color = color == COLOR_ALWAYS || (color == COLOR_AUTO && wants_color(out)),
      .unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
      .columns = find_columns(out),
  };
}

/* --- characters ----------------------------------------------------------------------------- */

/* Takes one character off `text`; a byte that is not UTF-8 counts as U+FFFD. */
static gunichar next_char(const char **text) {
  gunichar c = g_utf8_get_char_validated(*text, -1);
  if (c == (gunichar)-1 || c == (gunichar)-2) {
    (*text)++;
    return 0xfffd;
  }
  *text = g_utf8_next_char(*text);
  return c;
}

static uint32_t char_width(gunichar c) {
  if (g_unichar_iszerowidth(c)) return 0;
  return g_unichar_iswide(c) ? 2 : 1;
}

/* What is really written for a character. Format characters would let a name reorder the line. */
static gunichar printable(const struct term *term, gunichar c) {
  if (c == '\t' || c == '\n') return ' ';
  GUnicodeType type = g_unichar_type(c);
  if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_SURROGATE ||
      type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR) {
    return '?';
  }
  return c >= 128 && !term->unicode ? '?' : c;
}

uint32_t term_width(const char *text) {
  uint32_t width = 0;
  while (*text != '\0') width += char_width(next_char(&text));
  return width;
}

static void put_char(const struct term *term, gunichar c) {
  char bytes[6];
  gint n = g_unichar_to_utf8(printable(term, c), bytes);
  fwrite(bytes, 1, (size_t)n, term->out);
}

/* --- texts ---------------------------------------------------------------------------------- */

static const char *const style_code[] = {
    [STYLE_PLAIN] = "",        [STYLE_BOLD] = "\033[1m", [STYLE_DIM] = "\033[2m",
    [STYLE_GOOD] = "\033[32m", [STYLE_BAD] = "\033[31m", [STYLE_WARN] = "\033[33m",
};

static void begin_style(const struct term *term, enum style style) {
  if (term->color && style != STYLE_PLAIN) fputs(style_code[style], term->out);
}

static void end_style(const struct term *term, enum style style) {
  if (term->color && style != STYLE_PLAIN) fputs("\033[0m", term->out);
}

void term_put(const struct term *term, enum style style, const char *text) {
  term_put_cut(term, style, text, UINT32_MAX);
}

uint32_t term_put_cut(const struct term *term, enum style style, const char *text, uint32_t width) {
  const char *ellipsis = term->unicode ? "…" : "~";
  uint32_t left = term_width(text), used = 0;
  bool cut = left > width;
  uint32_t tail = cut ? (width - 1) / 2 : 0, room = cut ? width - 1 - tail : width;
  begin_style(term, style);
  for (const char *next = text; *text != '\0'; text = next) {
    gunichar c = next_char(&next);
    if (char_width(c) > room - used) break;
    used += char_width(c);
    left -= char_width(c);
    put_char(term, c);
  }
  if (cut) {
    fputs(ellipsis, term->out);
    used += 1;
    while (left > tail) left -= char_width(next_char(&text));
    used += left;
    while (*text != '\0') put_char(term, next_char(&text));
  }
  end_style(term, style);
  return used;
}

void term_pad(const struct term *term, uint32_t columns) {
  fprintf(term->out, "%*s", (int)columns, "");
}

/* "1.97" and "s", "16.9" and "%": a number is not torn from its unit. */
static bool stays_with(const char *word, const char *next) {
  if (next == NULL || !g_ascii_isdigit(word[strlen(word) - 1])) return false;
  static const char *const unit[] = {"%", "s", "ms", "us", "ns", "min", "h"};
  for (size_t i = 0; i < G_N_ELEMENTS(unit); i++) {
    size_t n = strlen(unit[i]);
    if (strncmp(next, unit[i], n) == 0 && !g_ascii_isalnum(next[n])) return true;
  }
  return false;
}

void term_wrap(const struct term *term, enum style style, const char *text, uint32_t column,
               uint32_t indent) {
  gchar **word = g_strsplit_set(text, " \t\n", -1);
  bool first = true; /* on its line */
  begin_style(term, style);
  for (gchar **w = word; *w != NULL; w++) {
    if (**w == '\0') continue;
    uint32_t width = term_width(*w);
    uint32_t needs = width + (stays_with(*w, w[1]) ? 1 + term_width(w[1]) : 0);
    if (!first && column + 1 + needs > term_columns(term)) {
      fputc('\n', term->out);
      term_pad(term, indent);
      column = indent;
      first = true;
    }
    if (!first) fputc(' ', term->out);
    column += width + !first;
    for (const char *c = *w; *c != '\0';) put_char(term, next_char(&c));
    first = false;
  }
  end_style(term, style);
  fputc('\n', term->out);
  g_strfreev(word);
}

void term_rule(const struct term *term, const char *title, const char *note) {
  uint32_t used = term_put_cut(term, STYLE_BOLD, title, term_columns(term) / 2);
  if (note[0] != '\0') {
    term_pad(term, 1);
    used += 1 + term_put_cut(term, STYLE_DIM, note, term_columns(term) / 2 - 4);
  }
  term_pad(term, 1);
  begin_style(term, STYLE_DIM);
  for (used++; used < term_columns(term); used++) fputs(term->unicode ? "─" : "-", term->out);
  end_style(term, STYLE_DIM);
  fputc('\n', term->out);
}

const char *term_tick(const struct term *term) {
  return term->unicode ? "✓" : "ok";
}

const char *term_cross(const struct term *term) {
  return term->unicode ? "✗" : "FAIL";
}

const char *term_question(const struct term *term) {
  (void)term;
  return "?";
}
