#include "html.h"

#include <stdbool.h>
#include <string.h>

/* --- escaping ------------------------------------------------------------------------------- */

/* Characters without a look of their own, which could make a text read as another: controls, the
 * ones that turn the direction of writing, and separators of lines. */
static bool is_unseen(gunichar c) {
  if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return c != '\n' && c != '\t';
  return c == 0x61c || c == 0xad || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

static const char *entity_of(gunichar c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '`':
      return "&#96;";
    default:
      return NULL;
  }
}

void html_text(GString *out, const char *text) {
  gchar *valid = g_utf8_make_valid(text, -1);
  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    const char *entity = entity_of(c);
    if (entity != NULL) {
      g_string_append(out, entity);
    } else if (is_unseen(c)) {
      g_string_append_printf(out, "[U+%04X]", c);
    } else {
      g_string_append_unichar(out, c);
    }
  }
  g_free(valid);
}

/* Whether a unit and nothing more stands here. */
static bool is_unit(const char *at) {
  static const char *const units[] = {"%", "ns", "us", "ms", "s", "min", "h", "d"};
  size_t length = at[0] == '%' ? 1 : strspn(at, "abcdefghijklmnopqrstuvwxyz");
  for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
    if (strlen(units[i]) == length && strncmp(at, units[i], length) == 0) {
      return !g_ascii_isalnum(at[length]) && at[length] != '_';
    }
  }
  return false;
}

void html_prose(GString *out, const char *text) {
  GString *joined = g_string_new(NULL);
  for (const char *at = text; *at != '\0'; at++) {
    if (*at == ' ' && at > text && g_ascii_isdigit(at[-1]) && is_unit(at + 1)) {
      g_string_append(joined, "\u00a0");
    } else {
      g_string_append_c(joined, *at);
    }
  }
  /* What stands in backquotes is code; an odd one is itself. */
  gchar **piece = g_strsplit(joined->str, "`", -1);
  guint pieces = g_strv_length(piece);
  for (guint i = 0; i < pieces; i++) {
    bool code = i % 2 == 1 && i + 1 < pieces;
    if (i % 2 == 1 && !code) html_text(out, "`");
    if (code) {
      html_element(out, "code", piece[i]);
    } else {
      html_text(out, piece[i]);
    }
  }
  g_strfreev(piece);
  g_string_free(joined, TRUE);
}

void html_breakable(GString *out, const char *text) {
  gchar **piece = g_strsplit(text, ".", -1);
  for (gchar **at = piece; *at != NULL; at++) {
    html_text(out, *at);
    if (at[1] != NULL) g_string_append(out, ".<wbr>");
  }
  g_strfreev(piece);
}

void html_sentence(GString *out, const char *text) {
  g_string_append(out, "<li>");
  html_prose(out, text);
  g_string_append(out, "</li>\n");
}

void html_attribute(GString *out, const char *name, const char *value) {
  g_string_append_printf(out, " %s=\"", name);
  html_text(out, value);
  g_string_append_c(out, '"');
}

/* --- elements ------------------------------------------------------------------------------- */

void html_close(GString *out, const char *tag) {
  g_string_append_printf(out, "</%s>\n", tag);
}

void html_element(GString *out, const char *tag, const char *text) {
  g_string_append_printf(out, "<%s>", tag);
  html_text(out, text);
  g_string_append_printf(out, "</%s>", tag);
}

void html_element_of(GString *out, const char *tag, const char *class, const char *title,
                     const char *text) {
  g_string_append_printf(out, "<%s", tag);
  if (class != NULL) html_attribute(out, "class", class);
  if (title != NULL) html_attribute(out, "title", title);
  g_string_append_c(out, '>');
  html_text(out, text);
  g_string_append_printf(out, "</%s>", tag);
}

void html_open_section(GString *out, const char *id, const char *title) {
  g_string_append_printf(out, "<section id=\"%s\">\n", id);
  html_element(out, "h2", title);
  g_string_append_c(out, '\n');
}

void html_open_folded(GString *out, const char *summary) {
  g_string_append(out, "<details>");
  html_element(out, "summary", summary);
  g_string_append_c(out, '\n');
}

void html_open_table(GString *out, const char *caption, const char *const *columns) {
  /* Outside of the box, so that it is as wide as the page and does not scroll with the table. */
  html_element_of(out, "p", "caption", NULL, caption);
  /* A box that scrolls must be reachable with the keyboard. */
  g_string_append(out, "<div class=\"wide\" tabindex=\"0\" role=\"group\"");
  html_attribute(out, "aria-label", caption);
  g_string_append(out, "><table>\n");
  g_string_append(out, "\n<thead><tr>");
  for (; *columns != NULL; columns++) {
    bool right = **columns == '>';
    g_string_append_printf(out, "<th scope=\"col\"%s>", right ? " class=\"n\"" : "");
    html_text(out, *columns + right);
    g_string_append(out, "</th>");
  }
  g_string_append(out, "</tr></thead>\n<tbody>\n");
}

void html_close_table(GString *out) {
  g_string_append(out, "</tbody></table></div>\n");
}
