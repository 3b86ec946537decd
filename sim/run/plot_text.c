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

char *plot_text_clean(const char *text, uint32_t width) {
  char *all = printable(text);
  if (plot_text_width(all) <= width) return all;
  GString *out = g_string_new(NULL);
  uint32_t taken = 0;
  for (const char *at = all; *at != '\0'; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    /* Marks of no width are bounded as well: a thousand accents on one letter are still long. */
    if (taken + width_of(c) >= width || out->len > 8u * width) break;
    g_string_append_unichar(out, c);
    taken += width_of(c);
  }
  g_string_append(out, "\u2026");
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
