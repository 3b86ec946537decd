/* Pieces of HTML, written into a growing text.
 *
 * Whatever comes from a results file goes through html_text or html_attribute, which leave nothing
 * that a browser takes for markup, and show characters that have no look of their own: control
 * characters and those that turn the direction of writing. */
#ifndef HTML_H
#define HTML_H

#include <glib.h>

/* Text between tags. Also fit for quoted attributes, XML, and labels of graphviz. */
void html_text(GString *out, const char *text);

/* Text in sentences: the same, a number keeps its unit on its line ("25 %", "3 ms"), and what
 * stands in backquotes is code. */
void html_prose(GString *out, const char *text);

/* A name that may go on in the next line after a dot. */
void html_breakable(GString *out, const char *text);

/* <li>prose</li> */
void html_sentence(GString *out, const char *text);

/* " name=\"value\"" */
void html_attribute(GString *out, const char *name, const char *value);

/* <tag>text</tag> */
void html_element(GString *out, const char *tag, const char *text);

/* The same with a class, and with a title unless that is NULL. */
void html_element_of(GString *out, const char *tag, const char *class, const char *title,
                     const char *text);

/* <section id=...><h2>title</h2>; sections and boxes of wide content are closed by html_close. */
void html_open_section(GString *out, const char *id, const char *title);
void html_close(GString *out, const char *tag);

/* A table in a box of its own, within which it scrolls where it is wider than the page. `columns`
 * ends with NULL; one that begins with '>' is aligned to the right. `caption` is plain text. */
void html_open_table(GString *out, const char *caption, const char *const *columns);
void html_close_table(GString *out);

/* What is folded up until the reader opens it; closed by html_close(out, "details"). */
void html_open_folded(GString *out, const char *summary);

#endif
