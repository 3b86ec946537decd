/* Numbers for machines: the fewest digits that read back as the same double.
 *
 * 0.1 is written 0.1, and nothing is lost. Always a decimal point, whatever the locale, because the
 * program leaves LC_NUMERIC alone. */
#ifndef NUMBER_H
#define NUMBER_H

struct number {
  char text[32];
};

/* A finite number as 900.0, 0.1, 1e-07. */
struct number number_shortest(double value);

#endif
