#include "pen.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "roff.h"

#define COLUMNS 100

/* --- Markdown ------------------------------------------------------------------------------- */

/* Characters with a meaning in Markdown are taken as they stand, except in words of the language.
 */
static void put_markdown(const char *text, size_t length, bool *word, FILE *out) {
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '`') *word = !*word;
    if (text[i] == '|' || (!*word && strchr("<*", text[i]))) fputc('\\', out);
    fputc(text[i], out);
  }
}

static void markdown_section(const char *title, FILE *out) {
  fprintf(out, "\n## %s\n\n", title);
}

static void markdown_paragraphs(const char *text, FILE *out) {
  size_t column = 0;
  bool word = false;
  while (*text) {
    size_t length = strcspn(text, " \n");
    if (column > 0 && column + 1 + length > COLUMNS) {
      fputc('\n', out);
      column = 0;
    }
    if (column > 0) fputc(' ', out);
    column += length + (column > 0);
    put_markdown(text, length, &word, out);
    text += length;
    if (*text == '\n' && text[1] != '\0') {
      fputs("\n\n", out);
      column = 0;
    }
    text += strspn(text, " \n");
  }
  fputc('\n', out);
}

static void markdown_code(const char *text, FILE *out) {
  fprintf(out, "```lua\n%s%s```\n", text, text[strlen(text) - 1] == '\n' ? "" : "\n");
}

static void markdown_table(const char *const *heads, FILE *out) {
  fputs("\n|", out);
  for (int i = 0; heads[i]; i++) fprintf(out, " %s |", heads[i]);
  fputs("\n|", out);
  for (int i = 0; heads[i]; i++) fputs("---|", out);
  fputc('\n', out);
}

static void markdown_row(const char *const *heads, const char *const *cells, FILE *out) {
  bool word = false;
  fprintf(out, "| `%s` |", cells[0]);
  for (int i = 1; heads[i]; i++) {
    fputc(' ', out);
    put_markdown(cells[i], strlen(cells[i]), &word, out);
    fputs(*cells[i] ? " |" : "|", out);
  }
  fputc('\n', out);
}

const struct pen pen_markdown = {markdown_section, markdown_paragraphs, markdown_code,
                                 markdown_table, markdown_row};

/* --- man ------------------------------------------------------------------------------------ */

static void man_section(const char *title, FILE *out) {
  fputs(".SH ", out);
  for (; *title; title++) fputc(toupper((unsigned char)*title), out);
  fputc('\n', out);
}

static void man_paragraphs(const char *text, FILE *out) {
  fputs(".PP\n", out);
  for (const char *end; (end = strchr(text, '\n')) && end[1]; text = end + 1) {
    char line[2048];
    snprintf(line, sizeof line, "%.*s", (int)(end - text), text);
    roff_prose(line, out);
    fputs("\n.PP\n", out);
  }
  roff_prose(text, out);
  fputc('\n', out);
}

static void man_code(const char *text, FILE *out) {
  fputs(".PP\n.nf\n", out);
  roff_text(text, out);
  fprintf(out, "%s.fi\n", text[strlen(text) - 1] == '\n' ? "" : "\n");
}

static void man_table(const char *const *heads, FILE *out) {
  (void)heads;
  (void)out;
}

/* The name hangs out; the last cell is a sentence of its own, those before it a list of facts. */
static void man_row(const char *const *heads, const char *const *cells, FILE *out) {
  fputs(".TP\n\\fB", out);
  roff_text(cells[0], out);
  fputs("\\fR\n", out);
  int last = 1, facts = 0;
  while (heads[last + 1]) last++;
  for (int i = 1; i < last; i++) {
    if (!*cells[i]) continue;
    if (facts++) fputs("; ", out);
    if (i > 1 && strcmp(cells[i], "required") != 0) fprintf(out, "%s ", heads[i]);
    roff_prose(cells[i], out);
  }
  if (facts) fputs(".\n", out);
  roff_prose(cells[last], out);
  fputc('\n', out);
}

const struct pen pen_man = {man_section, man_paragraphs, man_code, man_table, man_row};
