#include "plot_text.h"

#include <glib.h>
#include <string.h>

#define SLUG_MAX 40u

static uint32_t width_of(gunichar c) {
  if (g_unichar_iszerowidth(c)) return 0;
  return g_unichar_iswide(c) ? 2 : 1;
}

uint32_t plot_text_width(const char *text) {
  uint32_t width = 0;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
    width += width_of(g_utf8_get_char(at));
  }
  return width;
}

/* Valid, and what does not print is a blank: controls, line ends, marks that turn the direction of
 * writing, what XML forbids. */
static char *printable(const char *text) {
  gchar *valid = g_utf8_make_valid(text, -1);
  GString *out = g_string_new(NULL);
  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    g_string_append_unichar(out, g_unichar_isprint(c) ? c : ' ');
  }
  g_free(valid);
  return g_string_free(out, FALSE);
}

/* The longest beginning of at most `width` columns. Marks of no width are bounded as well: a
 * thousand accents on one letter are still long. */
static const char *end_of_head(const char *text, uint32_t width) {
  const char *at = text;
  for (uint32_t taken = 0; *at != '\0' && at - text <= 8l * width; at = g_utf8_next_char(at)) {
    taken += width_of(g_utf8_get_char(at));
    if (taken > width) break;
  }
  return at;
}

/* The longest end of at most `width` columns. */
static const char *begin_of_tail(const char *text, uint32_t width) {
  const char *end = text + strlen(text), *tail = end;
  for (uint32_t taken = 0; tail > text && end - tail <= 8l * width;) {
    const char *before = g_utf8_prev_char(tail);
    taken += width_of(g_utf8_get_char(before));
    if (taken > width) break;
    tail = before;
  }
  return tail;
}

/* Names of a family often differ at their end alone, and a goal's limit stands there. */
char *plot_text_clean(const char *text, uint32_t width) {
  char *all = printable(text);
  if (plot_text_width(all) <= width) return all;
  uint32_t tail_width = (width - 1) / 2;
  const char *head_end = end_of_head(all, width - 1 - tail_width);
  GString *out = g_string_new_len(all, head_end - all);
  g_string_append(out, "\u2026");
  g_string_append(out, begin_of_tail(all, tail_width));
  g_free(all);
  return g_string_free(out, FALSE);
}

char *plot_text_quote(const char *clean) {
  GString *out = g_string_new("'");
  for (const char *at = clean; *at != '\0'; at++) {
    /* Never doubled: gnuplot 5.4 takes two quotes at the beginning of a text for an empty one, and
     * reads what follows as commands. */
    if (*at == '\'') {
      g_string_append(out, "\u2019");
    } else {
      g_string_append_c(out, g_ascii_iscntrl(*at) ? ' ' : *at);
    }
  }
  g_string_append_c(out, '\'');
  return g_string_free(out, FALSE);
}

char *plot_text_slug(const char *text) {
  GString *out = g_string_new(NULL);
  for (const char *at = text; *at != '\0' && out->len < SLUG_MAX; at++) {
    if (g_ascii_isalnum(*at) || *at == '_' || *at == '-') {
      g_string_append_c(out, *at);
    } else if (out->len > 0 && out->str[out->len - 1] != '-') {
      g_string_append_c(out, '-');
    }
  }
  while (out->len > 0 && out->str[out->len - 1] == '-') g_string_truncate(out, out->len - 1);
  if (out->len == 0) g_string_append_c(out, 'x');
  return g_string_free(out, FALSE);
}

char *plot_text_xml(const char *text) {
  char *clean = printable(text), *escaped = g_markup_escape_text(clean, -1);
  g_free(clean);
  return escaped;
}
