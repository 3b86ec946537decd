#include "plot_svg.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "plot_text.h"

/* The muted text and the grid of style.gp. */
static const struct {
  const char *from, *to;
} colours[] = {
    {"stroke='black'", "stroke='currentColor'"},
    {"stroke=\"black\"", "stroke=\"currentColor\""},
    {"fill='black'", "fill='currentColor'"},
    {"fill=\"black\"", "fill=\"currentColor\""},
    {" color=\"black\"", ""},
    /* gnuplot has three ways to write a colour. */
    {"stroke='rgb(  0,   0,   0)'", "stroke='currentColor'"},
    {"stroke=\"rgb(  0,   0,   0)\"", "stroke=\"currentColor\""},
    {"color='rgb(  0,   0,   0)'", ""},
    {"fill=\"rgb(102,102,102)\"", "fill=\"currentColor\" fill-opacity=\".7\""},
    /* Sizes that style.gp keeps for titles: gnuplot cannot make a list of fonts bold. */
    {"font-size=\"16.00\"", "font-size=\"16\" font-weight=\"600\""},
    {"font-size=\"13.00\"", "font-size=\"12\" font-weight=\"600\""},
    {"stroke='rgb(221, 221, 221)'", "stroke='currentColor' stroke-opacity='.15'"},
    {"stroke=\"rgb(221, 221, 221)\"", "stroke=\"currentColor\" stroke-opacity=\".15\""},
    {"stroke='rgb(102, 102, 102)'", "stroke='currentColor' stroke-opacity='.7'"},
    {"stroke=\"rgb(102, 102, 102)\"", "stroke=\"currentColor\" stroke-opacity=\".7\""},
};

/* What comes before the prefix in an id or a reference. */
static const char *const ids[] = {"id='", "id=\"", "href='#", "href=\"#", "url(#"};

/* Copies a tag, from '<' to '>', with colours and ids changed. Texts between tags never come here,
 * so that a label "fill='black'" stays as it is. */
static void copy_tag(GString *out, const char *at, size_t length, const char *prefix) {
  const char *end = at + length;
  while (at < end) {
    bool done = false;
    for (size_t i = 0; !done && i < G_N_ELEMENTS(colours); i++) {
      if (!g_str_has_prefix(at, colours[i].from)) continue;
      g_string_append(out, colours[i].to);
      at += strlen(colours[i].from);
      done = true;
    }
    for (size_t i = 0; !done && i < G_N_ELEMENTS(ids); i++) {
      if (!g_str_has_prefix(at, ids[i])) continue;
      g_string_append_printf(out, "%s%s-", ids[i], prefix);
      at += strlen(ids[i]);
      done = true;
    }
    if (!done) g_string_append_c(out, *at++);
  }
}

/* A text may not hold "]]>", which ends something else in XML, and gnuplot leaves it there. */
static void copy_text(GString *out, const char *at, const char *end) {
  for (; at < end; at++) {
    if (*at == '>') {
      g_string_append(out, "&gt;");
    } else {
      g_string_append_c(out, *at);
    }
  }
}

static const char *after(const char *text, const char *what) {
  const char *at = strstr(text, what);
  return at != NULL ? at + strlen(what) : NULL;
}

char *plot_svg_inline(const char *svg, const char *prefix, const char *title, const char *text) {
  const char *box = strstr(svg, "viewBox=\""), *body = after(svg, "</desc>");
  if (box == NULL || body == NULL || strstr(body, "</svg>") == NULL) return NULL;
  const char *box_end = strchr(box + strlen("viewBox=\""), '"');
  if (box_end == NULL) return NULL;
  char *title_xml = plot_text_xml(title), *text_xml = plot_text_xml(text);
  GString *out = g_string_new("<svg xmlns=\"http://www.w3.org/2000/svg\" ");
  g_string_append(out, "xmlns:xlink=\"http://www.w3.org/1999/xlink\" ");
  g_string_append_len(out, box, box_end + 1 - box);
  g_string_append_printf(out,
                         " role=\"img\" aria-labelledby=\"%s-title\" color=\"currentColor\">\n"
                         "<title id=\"%s-title\">%s</title>\n<desc>%s</desc>",
                         prefix, prefix, title_xml, text_xml);
  while (*body != '\0') {
    const char *tag = strchr(body, '<'), *end = tag != NULL ? strchr(tag, '>') : NULL;
    if (end == NULL) break;
    copy_text(out, body, tag);
    copy_tag(out, tag, (size_t)(end + 1 - tag), prefix);
    body = end + 1;
  }
  g_string_append_c(out, '\n');
  g_free(title_xml);
  g_free(text_xml);
  return g_string_free(out, FALSE);
}

char *plot_svg_file(const char *svg) {
  static const char plain[] = " color=\"currentColor\">";
  const char *at = strstr(svg, plain);
  if (at == NULL) return g_strdup(svg);
  return g_strdup_printf(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n%.*s color=\"#1a1a1a\" "
      "style=\"background:#fff\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>%s",
      (int)(at - svg), svg, at + strlen(plain));
}
