/* Text for man(1): roff with the man macros, so that no character of a text is taken for a command.
 */
#ifndef ROFF_H
#define ROFF_H

#include <stdio.h>

/* As it stands; a hyphen is one that can be copied into a shell. */
void roff_text(const char *text, FILE *out);

/* The same, but what stands between ` and ` is bold. */
void roff_prose(const char *text, FILE *out);

#endif
